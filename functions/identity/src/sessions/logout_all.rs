//! `POST /api/v1/auth/logout-all`: end every session of the user, this one too.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one
//! transaction.

use axum::extract::State;
use identity::{UserError, Users};
use table::{Race, TransactError, Transaction, until_settled};
use web::{Api, Envelope, Problem, Reply, RequestInfo, SignedIn};

use crate::{audit::actions, sessions::logout::LoggedOut};

/// Log out of all sessions
///
/// No refresh token that the user was given until now works any more, and no access token after 30 seconds. Takes no body.
#[utoipa::path(post, path = "/api/v1/auth/logout-all", responses((status = 200, body = Envelope<LoggedOut>), (status = 409, description = "CONFLICT")))]
pub async fn logout_all(State(api): State<Api>, caller: SignedIn, info: RequestInfo) -> Result<Reply, Problem> {
    let users = Users::new(api.table(), caller.scope);
    let entry = caller.entry(&api, &info, actions::SESSIONS_ENDED).about(caller.user);
    until_settled(Problem::conflict, || async {
        let user = users.get(caller.user).await?.ok_or(UserError::NotFound)?.signed_out_everywhere();
        let mut transaction = Transaction::new();
        users.save(&mut transaction, &user)?;
        entry.insert(&mut transaction, caller.scope)?;
        match api.table().transact(transaction).await {
            Ok(()) => {
                api.forget_user(caller.scope.tenant(), user.id);
                Ok(Race::Settled(Reply::ok(&LoggedOut { logged_out: true })?))
            }
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use http::Method;
    use identity::Role;
    use serde_json::json;

    use crate::sessions::signed_in_room::{code, invalid, open, signed_in};

    const PATH: &str = "/api/v1/auth/logout-all";

    #[tokio::test]
    async fn every_session_of_the_user_ends_and_nobody_elses() {
        let (stack, owner) = signed_in().await;
        let tenant = owner.tenant(&stack).await;
        let (phone, budi) =
            (open(&stack, &tenant, owner.user).await, stack.user(owner.scope, "budi@example.com", Role::User).await);
        let client = stack.serve(crate::function);
        let answer = client.call(Method::POST, PATH).bearer(&phone.access).send().await;
        assert_eq!((answer.status.as_u16(), answer.at("/data")), (200, json!({ "loggedOut": true })));
        for session in [&owner, &phone] {
            assert_eq!(code(&session.refresh(&client, &session.refresh).await), invalid());
            let me = stack.serve(crate::function).get("/api/v1/users/me").bearer(&session.access).send().await;
            assert_eq!(code(&me), invalid());
        }
        assert_eq!(client.get("/api/v1/users/me").bearer(&budi.token).send().await.status, 200);
        assert_eq!(owner.audited(&stack).await, [json!(["sessions.ended", owner.user, null])]);
        let again = open(&stack, &tenant, owner.user).await;
        assert_eq!(client.get("/api/v1/users/me").bearer(&again.access).send().await.status, 200, "a new login works");
    }

    #[tokio::test]
    async fn at_once_from_several_devices_all_are_signed_out() {
        let (stack, owner) = signed_in().await;
        let client = stack.serve(crate::function);
        let answers = join_all((0..3).map(|_| client.call(Method::POST, PATH).bearer(&owner.access).send())).await;
        assert!(answers.iter().all(|answer| answer.status == 200));
        assert_eq!(code(&owner.refresh(&client, &owner.refresh).await), invalid());
    }
}
