//! `DELETE /api/v1/auth/mfa/totp`: take the second factor away.
//!
//! Round trips: those of a signed-in caller, one read of the user, one read and one write of the tries, one transaction.

use axum::extract::State;
use events::user::UserMfaRemoved;
use identity::{MfaError, Users};
use kernel::Secret;
use serde::Deserialize;
use table::{TransactError, Transaction};
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Problem, Reply, RequestInfo, SignedIn, demands_second_factor};

use crate::{audit::actions, mfa::second_factor, users::user_view::UserView};

/// A last code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteTotp {
    /// The six digits that the app shows now, or a recovery code.
    #[schema(value_type = String, example = "050471")]
    pub code: Secret<String>,
}

/// Remove the second factor
///
/// Takes a last code, and a login of the last ten minutes. The recovery codes go with it.
#[utoipa::path(
    delete, path = "/api/v1/auth/mfa/totp",
    responses(
        (status = 200, body = Envelope<UserView>), (status = 401, description = "INVALID_MFA_CODE"),
        (status = 403, description = "STEP_UP_REQUIRED; MFA_DEMANDED where the organisation's policy demands a factor"),
        (status = 409, description = "MFA_NOT_ENABLED"),
        (status = 429, description = "RATE_LIMITED after five wrong codes")
    )
)]
pub async fn delete_totp(
    State(api): State<Api>,
    caller: SignedIn,
    info: RequestInfo,
    Json(body): Json<DeleteTotp>,
) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    let users = Users::new(api.table(), caller.scope);
    let user = caller.user_now(&api).await?;
    if demands_second_factor(&caller.tenant, &user.roles) {
        return Err(MfaError::Demanded.into());
    }
    let shown = second_factor::check(&api, &users, &user, user.second_factor()?, &body.code).await?;
    let user = user.without_factor()?;

    let mut transaction = Transaction::new();
    let spent = shown.spend_try(&mut transaction, &users, user.id);
    users.save(&mut transaction, &user)?;
    caller.entry(&api, &info, actions::MFA_REMOVED).about(user.id).insert(&mut transaction, caller.scope)?;
    let told = UserMfaRemoved { user_id: user.id };
    api.insert_event(&mut transaction, caller.scope.tenant(), &info, user.version, &told)?;
    match api.table().transact(transaction).await {
        Ok(()) => {
            api.forget_session(caller.scope.tenant(), caller.session);
            Ok(Reply::ok(&UserView::from(&user))?.version(user.version))
        }
        Err(TransactError::Cancelled(cancelled)) => Err(spent.refusal(&cancelled)),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
