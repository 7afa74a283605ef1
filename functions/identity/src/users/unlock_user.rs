//! `POST /api/v1/users/{id}/unlock`: forget a user's failed logins and wrong codes, so that the next one need not wait.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key if there is one, one read (for a member two), two reads of the tries side by side, one transaction.

use axum::extract::State;
use identity::Users;
use kernel::UserId;
use table::Transaction;
use web::{Api, Caller, Envelope, Id, Optional, Problem, Reply, RequestInfo};

use crate::{
    UsersWrite, audit::actions, logins::account_key::account_key, profile::profile_view::ManagedUser,
    users::change_user::within_rank,
};

/// Unlock a user
///
/// For somebody who mistyped a password or a code of the second factor too often. Twice is the same as once; the password stays what it is.
#[utoipa::path(
    post, path = "/api/v1/users/{id}/unlock",
    responses((status = 200, body = Envelope<ManagedUser>), (status = 409, description = "USER_ERASED"))
)]
pub async fn unlock_user(
    State(api): State<Api>,
    caller: Caller<UsersWrite>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<UserId>,
) -> Result<Reply, Problem> {
    let user = within_rank(&api, &caller, &info, id).await?;
    user.still_there()?;
    let users = Users::new(api.table(), caller.scope);
    let account = account_key(&api, &user.email);
    let mut transaction = Transaction::new();
    let (passwords, codes) = tokio::try_join!(users.attempts(&account), users.mfa_tries(user.id))?;
    let (mistyped, guessed) = (passwords.failures > 0, codes.failures > 0);
    if mistyped {
        users.delete_attempts(&mut transaction, &account);
    }
    if guessed {
        users.forget_mfa_tries(&mut transaction, user.id);
    }
    if mistyped || guessed {
        caller.entry(&api, &info, actions::USER_UNLOCKED).about(user.id).insert(&mut transaction, caller.scope)?;
    }
    let reply = Reply::ok(&ManagedUser::from(&user))?.version(user.version);
    key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}
