//! `POST /api/v1/users/me/phone`: have a code sent to a phone number, to prove that it is one's own.
//!
//! The code is made by the notifier: no event, queue or log ever holds it. Round trips: those of a signed-in caller (one look
//! anew before a refusal), one read of the idempotency key if there is one, two rate-limit writes, one read, one transaction.

use axum::extract::State;
use events::user::UserPhoneVerificationRequested;
use identity::{PhoneCheck, Users};
use kernel::{Phone, Timestamp};
use serde::{Deserialize, Serialize};
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Limit, Optional, Problem, Reply, RequestInfo, SignedIn};

/// A phone number.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestPhoneCode {
    /// In the international form; spaces, hyphens, dots and brackets do not count.
    pub phone: Phone,
}

/// A code is on its way.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhoneCodeRequested {
    /// The number in its one spelling.
    pub phone: Phone,
    /// Until when the code works.
    pub expires_at: Timestamp,
}

/// Send a code to a phone number
///
/// By SMS. It works for ten minutes and five tries; a new one voids the one before. Three codes in ten minutes, and a
/// hundred an hour in the whole tenant.
#[utoipa::path(
    post, path = "/api/v1/users/me/phone",
    responses(
        (status = 202, body = Envelope<PhoneCodeRequested>),
        (status = 403, description = "MFA_ENROLMENT_REQUIRED, TENANT_SUSPENDED")
    )
)]
pub async fn request_phone_code(
    State(api): State<Api>,
    caller: SignedIn,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<RequestPhoneCode>,
) -> Result<Reply, Problem> {
    caller.may_change_profile(&api).await?;
    caller.limit(&api, Limit::PHONE_CODE).await?;
    caller.limit_tenant(&api, Limit::PHONE_CODES).await?;
    let users = Users::new(api.table(), caller.scope);
    let user = caller.user_now(&api).await?;

    let check = PhoneCheck::new(body.phone, api.random(), api.now());
    let (phone, expires_at) = (check.number.clone(), check.expires_at);
    let user = user.with_phone_check(check);

    let mut transaction = Transaction::new();
    users.save(&mut transaction, &user)?;
    let told = UserPhoneVerificationRequested { user_id: user.id, expires_at };
    api.insert_event(&mut transaction, caller.scope.tenant(), &info, user.version, &told)?;
    let reply = Reply::accepted(&PhoneCodeRequested { phone, expires_at })?;
    key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}
