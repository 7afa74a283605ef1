//! `POST /api/v1/auth/change-password`: set another password with the current one.
//!
//! Tries count like logins, so that who has only a token cannot guess. Round trips: those of the caller, one read of the
//! user with the password, one question about the password to the range API, one write of the attempts, one read of the session, one
//! transaction; after a wrong password one write to the audit trail and one of the attempts instead of the last two.

use axum::{Extension, extract::State};
use events::user::UserPasswordChanged;
use identity::{Checked, Hasher, Imports, Password, RefreshClaim, Sessions, UserError, UserWithPassword, Users};
use kernel::Secret;
use serde::Deserialize;
use table::{TransactError, Transaction};
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Problem, Reply, RequestInfo, SignedIn, record_denial};

use crate::{
    audit::actions,
    logins::{account_key::account_key, attempts::Try},
    registrations::register_user::rules_for,
    tokens::pair::{self, Pair, refresh_keys},
};

/// The current password and the new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ChangePassword {
    /// The one that is in use.
    #[schema(value_type = String, example = "correct horse battery")]
    pub current_password: Secret<String>,
    /// 12 to 128 characters, or as the tenant's policy says.
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128, example = "kuda benar baterai")]
    pub new_password: Secret<String>,
}

/// Change your password
///
/// Every other session ends. This one goes on with the new pair of tokens of the answer; the old pair is worth nothing any
/// more. The user is told by mail. Wrong current passwords count as failed logins.
#[utoipa::path(
    post, path = "/api/v1/auth/change-password",
    responses(
        (status = 200, body = Envelope<Pair>),
        (status = 401, description = "INVALID_CREDENTIALS: the current password is wrong"),
        (status = 409, description = "CONFLICT"),
        (status = 422, description = "VALIDATION_FAILED: PASSWORD_LENGTH, PASSWORD_TOO_COMMON, PASSWORD_BREACHED")
    )
)]
pub async fn change_password(
    State(api): State<Api>,
    Extension(hasher): Extension<Hasher>,
    caller: SignedIn,
    info: RequestInfo,
    Json(body): Json<ChangePassword>,
) -> Result<Reply, Problem> {
    let (users, sessions) = (Users::new(api.table(), caller.scope), Sessions::new(api.table(), caller.scope));
    let UserWithPassword { user, hash } = caller.password_now(&api).await?;
    let rules = rules_for(&caller.tenant, &user);
    // Before the try is counted: a new password that cannot be one is no guess at the current one.
    let chosen = api.new_password("/newPassword", Password::choose(&body.new_password, &rules)).await?;
    let account = account_key(&api, &user.email);
    let tried = Try::begin(&api, users, &account).await?;
    let imports = Imports::until(caller.tenant.legacy_passwords_until, api.now());
    let current = Password::typed(&body.current_password);
    if hasher.check(current, hash.as_ref(), imports, api.random()).await? == Checked::Wrong {
        let attempt = caller.entry(&api, &info, actions::PASSWORD_CHANGED).about(user.id);
        record_denial(&api, caller.scope, attempt).await;
        tried.failed().await;
        return Err(UserError::InvalidCredentials.into());
    }
    let session = sessions.get(caller.session).await?.filter(|session| session.is_live(user.auth_gen, api.now()));
    let session = session.ok_or(identity::TokenError::Invalid)?;

    let user = user.with_new_password(hasher.hash(chosen, api.random()).await?, api.now());
    let refresh_token = refresh_keys(&api).mint(
        caller.tenant.id,
        RefreshClaim { session: session.id, user: session.user },
        api.random(),
    );
    let session = session.for_generation(user.auth_gen, &refresh_token, api.now());
    let pair = pair::issue(&api, &caller.tenant, &user, &session, &refresh_token)?;

    let mut transaction = Transaction::new();
    users.save_with_password(&mut transaction, &user)?;
    sessions.save(&mut transaction, &session)?;
    users.delete_attempts(&mut transaction, &account);
    caller.entry(&api, &info, actions::PASSWORD_CHANGED).about(user.id).insert(&mut transaction, caller.scope)?;
    let told = UserPasswordChanged { user_id: user.id };
    api.insert_event(&mut transaction, caller.tenant.id, &info, user.version, &told)?;
    match api.table().transact(transaction).await {
        Ok(()) => {
            api.forget_user(caller.tenant.id, user.id);
            Reply::ok(&pair)
        }
        Err(TransactError::Cancelled(_)) => Err(Problem::conflict()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use identity::Role;
    use serde_json::json;
    use testkit::{Client, Member, PASSWORD, Stack};

    const NEW: &str = "kuda benar baterai";

    async fn budi(stack: &Stack) -> Member {
        let (_, owner) = stack.tenant("toko-a").await;
        stack.user(owner.scope, "budi@example.com", Role::User).await
    }

    async fn change(client: &Client, token: &str, current: &str, new: &str) -> testkit::Answer {
        let body = json!({ "currentPassword": current, "newPassword": new });
        client.post("/api/v1/auth/change-password", body).bearer(token).send().await
    }

    async fn me(client: &Client, token: &str) -> u16 {
        client.get("/api/v1/users/me").bearer(token).send().await.status.as_u16()
    }

    #[tokio::test]
    async fn this_session_goes_on_and_the_others_end() {
        let stack = Stack::start().await;
        let member = budi(&stack).await;
        let other = stack.sign_in(&member).await;
        let client = stack.serve(crate::function);
        let answer = change(&client, &member.token, PASSWORD, NEW).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        assert!(answer.text("/data/refreshToken").starts_with("rt_"));
        let fresh = stack.serve(crate::function);
        let token = answer.text("/data/accessToken");
        assert_eq!(
            [
                me(&client, &token).await,
                me(&fresh, &token).await,
                me(&fresh, &member.token).await,
                me(&fresh, &other).await
            ],
            [200, 200, 401, 401]
        );
        let login = async |password: &str| {
            let body = json!({ "email": "budi@example.com", "password": password });
            client.post("/api/v1/auth/login", body).tenant("toko-a").send().await.status.as_u16()
        };
        assert_eq!((login(PASSWORD).await, login(NEW).await), (401, 200));
    }

    #[tokio::test]
    async fn a_tab_that_has_not_heard_of_it_ends_nothing() {
        let (stack, owner) = crate::sessions::signed_in_room::signed_in().await;
        let client = stack.serve(crate::function);
        let changed = change(&client, &owner.access, PASSWORD, NEW).await;
        assert_eq!(changed.status, 200, "{}", changed.snapshot());
        let late = owner.refresh(&client, &owner.refresh).await;
        assert_eq!((late.status.as_u16(), late.text("/code")), (401, "INVALID_TOKEN".to_owned()));
        assert_eq!(owner.refresh(&client, &changed.text("/data/refreshToken")).await.status, 200);
        stack.set_clock("2026-11-21T01:00:31Z");
        let copy = owner.refresh(&client, &owner.refresh).await;
        assert_eq!(copy.text("/code"), "TOKEN_REUSE", "half a minute later it is a copy");
    }

    #[tokio::test]
    async fn a_token_alone_cannot_guess() {
        let stack = Stack::start().await;
        let member = budi(&stack).await;
        let client = stack.serve(crate::function);
        let mut seen = Vec::new();
        for _ in 0..7 {
            seen.push(change(&client, &member.token, "wrong horse battery", NEW).await.status.as_u16());
        }
        assert_eq!(seen, [401, 401, 401, 401, 401, 401, 429]);
        assert_eq!(change(&client, &member.token, PASSWORD, NEW).await.status, 429, "nor does the right one pass now");
        let body = json!({ "email": "budi@example.com", "password": PASSWORD });
        let login = client.post("/api/v1/auth/login", body).tenant("toko-a").send().await;
        assert_eq!(login.status, 429, "the tries are those of the account");
    }

    #[tokio::test]
    async fn a_new_password_keeps_to_the_rules() {
        let stack = Stack::start().await;
        let member = budi(&stack).await;
        let client = stack.serve(crate::function);
        for (weak, code) in [("short", "PASSWORD_LENGTH"), ("toko-toko-a-2026", "PASSWORD_TOO_COMMON")] {
            let answer = change(&client, &member.token, PASSWORD, weak).await;
            assert_eq!(
                (answer.text("/errors/0/code"), answer.text("/errors/0/pointer")),
                (code.into(), "/newPassword".into())
            );
        }
    }

    #[tokio::test]
    async fn of_many_at_once_one_changes_it() {
        let stack = Stack::start().await;
        let member = budi(&stack).await;
        let client = stack.serve(crate::function);
        let answers = join_all((0..3).map(|_| change(&client, &member.token, PASSWORD, NEW))).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses[0], 200);
        assert!(statuses[1..].iter().all(|status| [401, 409].contains(status)), "{statuses:?}");
    }
}
