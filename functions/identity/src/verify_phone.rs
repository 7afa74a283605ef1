//! `POST /api/v1/users/me/phone/verify`: prove a phone number with the code that was sent to it.
//!
//! The try is stored before the code is compared: however many come at once, five are compared. Round trips: those of a
//! signed-in caller, one read, one write, and one transaction for a right code.

use axum::extract::State;
use identity::{Owner, PhoneCheck, PhoneCheckError, PhoneKeys, User, UserError, Users, audit::Action};
use kernel::Secret;
use serde::Deserialize;
use table::{TransactError, Transaction, WriteError};
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Problem, Reply, RequestInfo, SignedIn};

use crate::user_view::UserView;

/// A code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyPhone {
    /// The six digits of the message.
    #[schema(value_type = String, example = "042719")]
    pub code: Secret<String>,
}

/// How often a lost race for the user's row is run again before the call is refused.
const RACES: u8 = 8;

/// Prove a phone number
///
/// After five tries or ten minutes the code is void.
#[utoipa::path(
    post, path = "/api/v1/users/me/phone/verify", tag = "identity", security(("bearer" = [])),
    request_body = VerifyPhone,
    responses((status = 200, body = Envelope<UserView>), (status = 400, description = "INVALID_OR_EXPIRED_CODE"))
)]
pub async fn verify_phone(
    State(api): State<Api>,
    caller: SignedIn,
    info: RequestInfo,
    Json(body): Json<VerifyPhone>,
) -> Result<Reply, Problem> {
    let users = Users::new(api.table(), caller.scope);
    let (counted, check) = count_try(&api, &users, &caller).await?;
    let keys = PhoneKeys::new(api.ports().keys.hmac("phone codes 1"));
    let owner = Owner { tenant: caller.scope.tenant(), user: caller.user };
    keys.compare(owner, &check, &body.code)?;

    let mut user = counted;
    for _ in 0..RACES {
        let proven = user.with_proven_phone(&check)?;
        let mut transaction = Transaction::new();
        transaction.add(users.replace(&proven)?);
        let entry = caller.entry(&api, &info, Action::PhoneVerified).about(caller.user);
        transaction.add(entry.write(caller.scope)?);
        match api.table().transact(transaction).await {
            Ok(()) => return Ok(Reply::ok(&UserView::from(&proven))?.version(proven.version)),
            // Another try was counted, or the profile changed; the code was right all the same.
            Err(TransactError::Cancelled(_)) => user = users.get(caller.user).await?.ok_or(UserError::NotFound)?,
            Err(TransactError::Table(error)) => return Err(error.into()),
        }
    }
    Err(Problem::conflict())
}

/// The user with one more try stored, and the check that it is a try at.
async fn count_try(api: &Api, users: &Users<'_>, caller: &SignedIn) -> Result<(User, PhoneCheck), Problem> {
    for _ in 0..RACES {
        let user = users.get(caller.user).await?.ok_or(UserError::NotFound)?.with_phone_try(api.now())?;
        match api.table().write(users.replace(&user)?).await {
            Ok(_) => {
                let check = user.phone_check.clone().ok_or(PhoneCheckError)?;
                return Ok((user, check));
            }
            Err(WriteError::ConditionFailed { .. }) => {}
            Err(WriteError::Table(error)) => return Err(error.into()),
        }
    }
    Err(Problem::too_many_at_once())
}
