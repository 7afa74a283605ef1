//! `DELETE /api/v1/auth/sessions/{id}`: end one of one's own sessions, such as that of a lost phone.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one
//! transaction.

use axum::extract::State;
use kernel::SessionId;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Envelope, Id, Problem, Reply, RequestInfo, SignedIn};

use crate::sessions::session_end::{self, SessionEnd};

use crate::audit::actions;

/// The answer to the end of a session.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionEnded {
    /// The session.
    pub id: SessionId,
    /// Always true.
    #[schema(example = true)]
    pub ended: bool,
}

/// Revoke a session
///
/// Its refresh token works no more from now on, its access token for 30 seconds at most. Ending it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/auth/sessions/{id}", responses((status = 200, body = Envelope<SessionEnded>)))]
pub async fn end_session(
    State(api): State<Api>,
    caller: SignedIn,
    info: RequestInfo,
    Id(id): Id<SessionId>,
) -> Result<Reply, Problem> {
    let entry = caller.entry(&api, &info, actions::SESSION_ENDED);
    match session_end::end(&api, caller.scope, caller.user, id, &entry).await? {
        SessionEnd::Now | SessionEnd::Before => Reply::ok(&SessionEnded { id, ended: true }),
        SessionEnd::NotThere => Err(Problem::not_found()),
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use identity::Role;
    use serde_json::json;

    use crate::sessions::signed_in_room::{code, invalid, open, signed_in};

    fn path(id: impl std::fmt::Display) -> String {
        format!("/api/v1/auth/sessions/{id}")
    }

    #[tokio::test]
    async fn one_ends_ones_own_sessions_one_by_one() {
        let (stack, owner) = signed_in().await;
        let tenant = owner.tenant(&stack).await;
        let phone = open(&stack, &tenant, owner.user).await;
        let client = stack.serve(crate::function);
        let end = |id| client.call(Method::DELETE, path(id)).bearer(&owner.access).send();
        for _ in 0..2 {
            let answer = end(phone.session).await;
            assert_eq!(
                (answer.status.as_u16(), answer.at("/data")),
                (200, json!({ "id": phone.session, "ended": true }))
            );
        }
        assert_eq!(code(&phone.refresh(&client, &phone.refresh).await), invalid());
        assert_eq!(code(&client.get("/api/v1/users/me").bearer(&phone.access).send().await), invalid());
        assert_eq!(owner.audited(&stack).await, [json!(["session.ended", phone.session, null])], "once");
        assert_eq!(end(owner.session).await.status, 200, "this one too");
        assert_eq!(code(&client.get("/api/v1/users/me").bearer(&owner.access).send().await), invalid());
    }

    #[tokio::test]
    async fn what_is_somebody_elses_is_not_there() {
        let (stack, owner) = signed_in().await;
        let tenant = owner.tenant(&stack).await;
        let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let (stranger, owner_of_b) = stack.tenant("toko-b").await;
        let foreign = [open(&stack, &tenant, budi.user).await, open(&stack, &stranger, owner_of_b.user).await];
        let client = stack.serve(crate::function);
        let mut answers = Vec::new();
        let ids = foreign.iter().map(|session| session.session.to_string());
        for id in ids.chain(["ses_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(), "x".to_owned(), owner.user.to_string()]) {
            let answer = client.call(Method::DELETE, path(id)).bearer(&owner.access).send().await;
            answers.push((answer.status.as_u16(), answer.text("/code"), answer.text("/detail")));
        }
        assert_eq!((answers[0].0, answers[0].1.as_str()), (404, "NOT_FOUND"));
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        for session in &foreign {
            assert_eq!(session.refresh(&client, &session.refresh).await.status, 200, "untouched");
        }
        assert!(owner.audited(&stack).await.is_empty());
    }
}
