//! `POST /api/v1/auth/mfa/recovery-codes`: ten new recovery codes in place of those that are left.
//!
//! Round trips: those of a signed-in caller, one read of user and session, one transaction.

use axum::extract::State;
use events::user::UserRecoveryCodesCreated;
use http::StatusCode;
use identity::{Sessions, UserError, Users};
use table::{TransactError, Transaction, get_rows};
use web::{Api, Envelope, Problem, Reply, RequestInfo, SignedIn};

use crate::mfa::{
    confirm_totp::RecoveryCodesShown,
    second_factor::{new_recovery_codes, owner},
};

use crate::audit::actions;

/// Create new recovery codes
///
/// Those before are void, and the user is told by mail. Needs a login of the last ten minutes, with the second factor.
#[utoipa::path(
    post, path = "/api/v1/auth/mfa/recovery-codes",
    responses(
        (status = 200, body = Envelope<RecoveryCodesShown>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "MFA_NOT_ENABLED")
    )
)]
pub async fn create_recovery_codes(
    State(api): State<Api>,
    caller: SignedIn,
    info: RequestInfo,
) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    let users = Users::new(api.table(), caller.scope);
    let keys = [Users::key(caller.scope, caller.user), Sessions::key(caller.scope, caller.session)];
    let [user, session] = get_rows(api.table(), keys).await?;
    let user = user.map(Users::read).transpose()?.ok_or(UserError::NotFound)?;
    user.second_factor()?;
    // A session that was opened before the factor was set up has not shown it: codes for it would be a way around.
    if !session.map(Sessions::read).transpose()?.is_some_and(|session| session.mfa) {
        let detail = "sign in again first, with the code of your second factor";
        return Err(Problem::new(StatusCode::FORBIDDEN, "STEP_UP_REQUIRED", detail));
    }

    let (recovery_codes, hashes) = new_recovery_codes(&api, owner(&users, user.id));
    let user = user.with_recovery_codes(hashes)?;

    let mut transaction = Transaction::new();
    users.save(&mut transaction, &user)?;
    let entry = caller.entry(&api, &info, actions::MFA_RECOVERY_CODES_CREATED).about(user.id);
    entry.insert(&mut transaction, caller.scope)?;
    let told = UserRecoveryCodesCreated { user_id: user.id };
    api.insert_event(&mut transaction, caller.scope.tenant(), &info, user.version, &told)?;
    match api.table().transact(transaction).await {
        Ok(()) => Reply::ok(&RecoveryCodesShown { recovery_codes }),
        Err(TransactError::Cancelled(_)) => Err(Problem::conflict()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
