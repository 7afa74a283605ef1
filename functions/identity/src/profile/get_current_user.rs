//! `GET /api/v1/users/me`: who the caller is.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use identity::{UserError, Users};
use web::{Api, Envelope, Problem, Reply, SignedIn};

use crate::profile::profile_view::{ImpersonatorView, Profile};

/// Get your profile
#[utoipa::path(get, path = "/api/v1/users/me", responses((status = 200, body = Envelope<Profile>)))]
pub async fn get_current_user(State(api): State<Api>, caller: SignedIn) -> Result<Reply, Problem> {
    let user = Users::new(api.table(), caller.scope).get(caller.user).await?.ok_or(UserError::NotFound)?;
    let impersonated_by = caller.impersonated().map(|(user_id, ends_at)| ImpersonatorView { user_id, ends_at });
    Ok(Reply::ok(&Profile { impersonated_by, ..Profile::from(&user) })?.version(user.version))
}

#[cfg(test)]
mod tests {
    use testkit::Stack;

    #[tokio::test]
    async fn without_a_good_token_there_is_nobody() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        stack.tenant("toko-b").await;
        let client = stack.serve(crate::function);
        let me = || client.get("/api/v1/users/me");
        let code = |answer: testkit::Answer| (answer.status.as_u16(), answer.text("/code"));
        assert_eq!(code(me().send().await), (401, "UNAUTHENTICATED".to_owned()));
        assert_eq!(code(me().bearer("x").send().await), (401, "INVALID_TOKEN".to_owned()));
        assert_eq!(code(me().bearer(&owner.token).tenant("toko-b").send().await), (403, "TENANT_MISMATCH".to_owned()));
        let denied = crate::roles::roles_tests::trail(&stack, owner.scope).await;
        assert_eq!(denied, [serde_json::json!(["access.denied", "denied", null, { "code": "TENANT_MISMATCH" }])]);
        assert_eq!(me().bearer(&owner.token).tenant("toko-a").send().await.status, 200);
        let twice = me().bearer(&owner.token).bearer(&owner.token).send().await;
        assert_eq!(code(twice), (400, "INVALID_HEADER".to_owned()));
        stack.set_clock("2026-11-21T01:15:00Z");
        assert_eq!(code(me().bearer(&owner.token).send().await), (401, "TOKEN_EXPIRED".to_owned()));
    }

    #[tokio::test]
    async fn a_call_is_authorised_by_one_read_and_the_next_by_none() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let trips = async || {
            let before = stack.ctx().ports().meter.total();
            let answer = client.get("/api/v1/users/me").bearer(&owner.token).send().await;
            assert_eq!(answer.status, 200);
            (stack.ctx().ports().meter.total().since(before).round_trips, answer)
        };
        // The first call also begins the limiter's window, which takes a second write.
        assert_eq!(trips().await.0, 4, "limiter (2), standing, user");
        let (warm, answer) = trips().await;
        assert_eq!(warm, 2, "limiter and user");
        assert_eq!(answer.header("x-ratelimit-remaining"), "298");
        stack.set_clock("2026-11-21T01:00:31Z");
        assert_eq!(trips().await.0, 3, "the standing was too old");
    }

    #[tokio::test]
    async fn every_answer_carries_the_security_headers_and_its_request_id() {
        let stack = Stack::start().await;
        let client = stack.serve(crate::function);
        let answer = client.get("/api/v1/users/me").header("x-request-id", "trace-1").send().await;
        assert_eq!(answer.header("x-request-id"), "trace-1");
        assert_eq!(answer.text("/requestId"), "trace-1");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let made = client.get("/nowhere").header("x-request-id", "bad id").send().await;
        assert_eq!((made.status.as_u16(), made.text("/code").as_str()), (404, "NOT_FOUND"));
        assert!(made.header("x-request-id").starts_with("req_"));
        let wrong_method = client.post("/api/v1/users/me", serde_json::json!({})).send().await;
        assert_eq!((wrong_method.status.as_u16(), wrong_method.header("allow")), (405, "GET,HEAD,PATCH"));
    }
}
