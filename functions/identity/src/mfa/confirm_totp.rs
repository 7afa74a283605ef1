//! `POST /api/v1/auth/mfa/totp/confirm`: show the first code of a second factor, which logins ask for from now on.
//!
//! Round trips: those of a signed-in caller, one read of the user, one read and one write of the tries, one transaction.

use axum::extract::State;
use events::user::UserMfaEnabled;
use identity::{Sessions, Users};
use kernel::Secret;
use serde::{Deserialize, Serialize};
use table::{TransactError, Transaction};
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Problem, Reply, RequestInfo, SignedIn};

use crate::mfa::second_factor::{self, new_recovery_codes, owner};

use crate::audit::actions;

/// A code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmTotp {
    /// The six digits that the app shows now.
    #[schema(value_type = String, example = "050471")]
    pub code: Secret<String>,
}

/// Recovery codes, shown once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryCodesShown {
    /// Ten codes, each of which opens one login without the app.
    #[schema(example = json!(["7k2mq-x04tz", "9f1wd-3hs6n"]))]
    pub recovery_codes: Vec<String>,
}

/// Confirm the second factor
///
/// From now on logins ask for its codes. The session of this call counts as opened with it. Keep the recovery codes:
/// they are shown once.
#[utoipa::path(
    post, path = "/api/v1/auth/mfa/totp/confirm",
    responses(
        (status = 200, body = Envelope<RecoveryCodesShown>), (status = 401, description = "INVALID_MFA_CODE"),
        (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "MFA_ALREADY_ENABLED, MFA_NOT_ENABLED"),
        (status = 429, description = "RATE_LIMITED after five wrong codes")
    )
)]
pub async fn confirm_totp(
    State(api): State<Api>,
    caller: SignedIn,
    info: RequestInfo,
    Json(body): Json<ConfirmTotp>,
) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    let users = Users::new(api.table(), caller.scope);
    let user = caller.user_now(&api).await?;
    let shown = second_factor::check(&api, &users, &user, user.unconfirmed_factor()?, &body.code).await?;

    let (recovery_codes, hashes) = new_recovery_codes(&api, owner(&users, user.id));
    let user = user.with_confirmed_factor(hashes, api.now())?;

    let mut transaction = Transaction::new();
    let spent = shown.spend_try(&mut transaction, &users, user.id);
    users.save(&mut transaction, &user)?;
    Sessions::new(api.table(), caller.scope).show_second_factor(&mut transaction, caller.session);
    caller.entry(&api, &info, actions::MFA_ENROLLED).about(user.id).insert(&mut transaction, caller.scope)?;
    let told = UserMfaEnabled { user_id: user.id };
    api.insert_event(&mut transaction, caller.scope.tenant(), &info, user.version, &told)?;
    match api.table().transact(transaction).await {
        Ok(()) => {
            api.forget_session(caller.scope.tenant(), caller.session);
            Reply::ok(&RecoveryCodesShown { recovery_codes })
        }
        Err(TransactError::Cancelled(cancelled)) => Err(spent.refusal(&cancelled)),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
