//! `POST /api/v1/auth/logout`: end the session of the access token.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one
//! transaction.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Envelope, Problem, Reply, RequestInfo, SignedIn};

use crate::{audit::actions, sessions::session_end};

/// The answer to a logout.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoggedOut {
    /// Always true.
    #[schema(example = true)]
    pub logged_out: bool,
}

/// Log out
///
/// The session's refresh token works no more from now on, its access token for 30 seconds at most. Takes no body.
#[utoipa::path(post, path = "/api/v1/auth/logout", responses((status = 200, body = Envelope<LoggedOut>)))]
pub async fn logout(State(api): State<Api>, caller: SignedIn, info: RequestInfo) -> Result<Reply, Problem> {
    let entry = caller.entry(&api, &info, actions::SESSION_ENDED);
    // It may have ended in between: signed out is signed out.
    session_end::end(&api, caller.scope, caller.user, caller.session, &entry).await?;
    Reply::ok(&LoggedOut { logged_out: true })
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;
    use testkit::{Client, Fault};

    use crate::sessions::signed_in_room::{code, invalid, open, signed_in};

    const PATH: &str = "/api/v1/auth/logout";

    #[tokio::test]
    async fn a_logout_ends_this_session_and_no_other() {
        let (stack, owner) = signed_in().await;
        let tenant = owner.tenant(&stack).await;
        let other = open(&stack, &tenant, owner.user).await;
        let client = stack.serve(crate::function);
        let answer = client.call(Method::POST, PATH).bearer(&owner.access).send().await;
        assert_eq!((answer.status.as_u16(), answer.at("/data")), (200, json!({ "loggedOut": true })));
        assert_eq!(code(&owner.refresh(&client, &owner.refresh).await), invalid());
        let again = client.call(Method::POST, PATH).bearer(&owner.access).send().await;
        assert_eq!(code(&again), invalid(), "nobody is signed in with this token any more");
        assert_eq!(owner.audited(&stack).await, [json!(["session.ended", owner.session, null])]);
        assert_eq!(other.refresh(&client, &other.refresh).await.status, 200);
        assert_eq!(client.get("/api/v1/users/me").bearer(&other.access).send().await.status, 200);
        assert_eq!(code(&client.call(Method::POST, PATH).send().await), (401, "UNAUTHENTICATED".to_owned()));
    }

    #[tokio::test]
    async fn an_environment_that_has_not_heard_of_a_logout_says_yes_again_and_writes_nothing() {
        let (stack, owner) = signed_in().await;
        let (one, two) = (stack.serve(crate::function), stack.serve(crate::function));
        assert_eq!(two.get("/api/v1/users/me").bearer(&owner.access).send().await.status, 200);
        assert_eq!(one.call(Method::POST, PATH).bearer(&owner.access).send().await.status, 200);
        let ended = owner.stored(&stack).await;
        assert_eq!(two.call(Method::POST, PATH).bearer(&owner.access).send().await.status, 200);
        assert_eq!((owner.stored(&stack).await, owner.audited(&stack).await.len()), (ended, 1));
        stack.set_clock("2026-11-21T01:00:31Z");
        assert_eq!(code(&two.get("/api/v1/users/me").bearer(&owner.access).send().await), invalid());
    }

    #[tokio::test]
    async fn a_crash_leaves_a_session_that_can_be_ended_again_or_is_over() {
        let (stack, owner) = signed_in().await;
        let (ctx, counter) = stack.breaking(None);
        Client::new(crate::function(ctx)).call(Method::POST, PATH).bearer(&owner.access).send().await;
        for at in 0..counter.calls() {
            for fault in [Fault::Before(at), Fault::After(at)] {
                let (stack, owner) = signed_in().await;
                let client = Client::new(crate::function(stack.breaking(Some(fault)).0));
                let first = client.call(Method::POST, PATH).bearer(&owner.access).send().await;
                let again = client.call(Method::POST, PATH).bearer(&owner.access).send().await;
                assert!(first.status == 200 || again.status == 200, "{fault:?}");
                assert_eq!(owner.audited(&stack).await.len(), 1, "{fault:?}");
                assert_eq!(code(&owner.refresh(&client, &owner.refresh).await), invalid(), "{fault:?}");
            }
        }
    }
}
