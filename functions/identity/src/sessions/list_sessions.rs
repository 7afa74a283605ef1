//! `GET /api/v1/auth/sessions`: where one is signed in.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one query.

use axum::extract::State;
use identity::{Session, Sessions, UserError, Users};
use kernel::{SessionId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, PageOf, Pager, Problem, Reply, SignedIn, lifetimes};

/// An open session. Never the stored record: no hash, no seal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    pub id: SessionId,
    /// The program that was used last, as it calls itself.
    #[schema(example = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0")]
    pub user_agent: Option<String>,
    /// The address that it was used from last.
    #[schema(example = "203.0.113.9")]
    pub ip: Option<String>,
    /// When the user signed in.
    pub created_at: Timestamp,
    /// When it was last used to sign in or to refresh tokens.
    pub last_seen_at: Timestamp,
    /// When it ends unless it is used before.
    pub expires_at: Timestamp,
    /// Whether a second factor was shown.
    #[schema(example = false)]
    pub mfa: bool,
    /// Whether it is the session of this call.
    #[schema(example = true)]
    pub current: bool,
}

impl SessionView {
    fn of(session: Session, current: SessionId) -> Self {
        Self {
            id: session.id,
            user_agent: session.device.user_agent,
            ip: session.device.ip,
            created_at: session.signed_in_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
            mfa: session.mfa,
            current: session.id == current,
        }
    }
}

/// List your sessions
///
/// All that are open, newest first; a login ends the oldest when there are more than 20.
#[utoipa::path(get, path = "/api/v1/auth/sessions", responses((status = 200, body = PageOf<SessionView>)))]
pub async fn list_sessions(State(api): State<Api>, caller: SignedIn, pager: Pager) -> Result<Reply, Problem> {
    let user = Users::new(api.table(), caller.scope).get(caller.user).await?.ok_or(UserError::NotFound)?;
    let sessions = Sessions::new(api.table(), caller.scope);
    let open = sessions.open_of(&user, lifetimes(&caller.tenant), api.now()).await?;
    let views = open.into_iter().map(|session| SessionView::of(session, caller.session));
    pager.cut(&api, views.collect(), |view| view.id.to_string())
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::{Value, json};
    use testkit::{PASSWORD, Stack};

    use crate::sessions::signed_in_room::{open, signed_in};

    const PATH: &str = "/api/v1/auth/sessions";

    fn ids(list: &Value) -> Vec<String> {
        list.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }

    #[tokio::test]
    async fn one_sees_where_one_is_signed_in() {
        let stack = Stack::start().await;
        stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let body = json!({ "email": "owner@toko-a.example", "password": PASSWORD });
        let login = client.post("/api/v1/auth/login", body).tenant("toko-a").header("user-agent", "laptop/1");
        let token = login.send().await.text("/data/accessToken");
        let list = client.get(PATH).bearer(&token).send().await;
        let first = list.at("/data/0");
        let id = first["id"].as_str().unwrap().to_owned();
        assert_eq!(
            first,
            json!({
                "id": id, "userAgent": "laptop/1", "ip": "203.0.113.9", "createdAt": "2026-11-21T01:00:00.000Z",
                "lastSeenAt": "2026-11-21T01:00:00.000Z", "expiresAt": "2026-11-28T01:00:00.000Z",
                "mfa": false, "current": true,
            })
        );
        let rows = list.at("/data").as_array().unwrap().clone();
        assert_eq!(rows.len(), 2, "and the one that the owner had");
        assert_eq!(rows[1]["current"], json!(false));
        assert_eq!(list.at("/page"), json!({ "next": null, "limit": 20 }));
        let first = client.get(format!("{PATH}?limit=1")).bearer(&token).send().await;
        let next = format!("{PATH}?limit=1&cursor={}", first.text("/page/next"));
        let second = client.get(next).bearer(&token).send().await;
        assert_eq!([ids(&first.at("/data")), ids(&second.at("/data"))].concat(), ids(&list.at("/data")));
        assert_eq!(second.at("/page/next"), json!(null));
        assert_eq!(client.get(PATH).send().await.text("/code"), "UNAUTHENTICATED");
    }

    #[tokio::test]
    async fn only_what_is_open_and_ones_own_is_listed() {
        let (stack, owner) = signed_in().await;
        let tenant = owner.tenant(&stack).await;
        let (other, stranger) = stack.tenant("toko-b").await;
        open(&stack, &other, stranger.user).await;
        let client = stack.serve(crate::function);
        // The owner's first session, of the stack's own making, is signed out with this one.
        client.call(Method::POST, "/api/v1/auth/logout-all").bearer(&owner.access).send().await;
        let (now, phone) = (open(&stack, &tenant, owner.user).await, open(&stack, &tenant, owner.user).await);
        let list = || client.get(PATH).bearer(&now.access).send();
        assert_eq!(ids(&list().await.at("/data")), [phone.session.to_string(), now.session.to_string()]);
        client.call(Method::DELETE, format!("{PATH}/{}", phone.session)).bearer(&now.access).send().await;
        assert_eq!(ids(&list().await.at("/data")), [now.session.to_string()]);
    }
}
