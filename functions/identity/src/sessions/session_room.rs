//! A user has 20 open sessions at most: a login ends the oldest of more.

use identity::{Session, Sessions, User, audit::Actor};
use kernel::SessionId;
use web::{Api, Problem, RequestInfo, Visitor, lifetimes};

use crate::{audit::actions, sessions::session_end};

/// How many sessions of a user may be open (OWASP ASVS 5.0, 7.1.2, wants it said: docs/API.md does).
const MOST: usize = 20;

/// Makes room for a session that was just opened. One query, and a read and a transaction for each session too many. A
/// failure does not undo the login; the next one makes room for both.
pub(crate) async fn make(api: &Api, visitor: &Visitor, info: &RequestInfo, user: &User, newest: SessionId) {
    if let Err(problem) = end_the_oldest(api, visitor, info, user, newest).await {
        tracing::warn!(code = problem.code(), user.id = %user.id, "a user may have more sessions than allowed");
    }
}

async fn end_the_oldest(
    api: &Api,
    visitor: &Visitor,
    info: &RequestInfo,
    user: &User,
    newest: SessionId,
) -> Result<(), Problem> {
    let sessions = Sessions::new(api.table(), visitor.scope);
    let open = sessions.open_of(user, lifetimes(&visitor.tenant), api.now()).await?;
    for id in too_many(&open, newest) {
        let entry = info.entry(api, Actor::User(user.id), actions::SESSION_ENDED).with("reason", "too_many");
        session_end::end(api, visitor.scope, user.id, id, &entry).await?;
    }
    Ok(())
}

/// Which of the open sessions, newest first, leave too little room for the newest, which the list may not show yet.
fn too_many(open: &[Session], newest: SessionId) -> Vec<SessionId> {
    open.iter().map(|session| session.id).filter(|id| *id != newest).skip(MOST - 1).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use testkit::{Client, PASSWORD};

    use crate::sessions::signed_in_room::{code, invalid, signed_in};

    #[tokio::test]
    async fn the_twenty_first_login_ends_the_oldest_session() {
        let (stack, owner) = signed_in().await;
        let client = Client::new(crate::function(stack.loose()));
        let login = async || {
            let body = json!({ "email": "owner@toko-a.example", "password": PASSWORD });
            client.post("/api/v1/auth/login", body).tenant("toko-a").send().await
        };
        let list = async |token: &str| {
            let list = client.get("/api/v1/auth/sessions").bearer(token).send().await;
            list.at("/data").as_array().unwrap().len()
        };
        let ended = async || -> Vec<Value> {
            owner.audited(&stack).await.into_iter().filter(|entry| entry[0] == "session.ended").collect()
        };
        // Two are open: that of the stack's own making, and then the one with the tokens.
        for _ in 0..18 {
            login().await;
        }
        assert_eq!(list(&owner.access).await, 20);
        assert_eq!(ended().await, Vec::<Value>::new());
        login().await;
        assert_eq!(list(&owner.access).await, 20, "the oldest of all went");
        let newest = login().await;
        assert_eq!(newest.status, 200);
        assert_eq!(code(&client.get("/api/v1/users/me").bearer(&owner.access).send().await), invalid());
        assert_eq!(list(&newest.text("/data/accessToken")).await, 20);
        let ended = ended().await;
        assert_eq!(ended[1], json!(["session.ended", owner.session, { "reason": "too_many" }]));
        assert_eq!(ended.len(), 2);
    }
}
