//! `POST /api/v1/auth/resend-verification`: ask for another link that proves an address.
//!
//! As `forgot_password`: nobody is looked up here. Round trips: three rate-limit writes, one write.

use axum::extract::State;
use events::user::UserVerificationRequested;
use kernel::Email;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Problem, Reply, RequestInfo, Visitor};

use crate::{accepted::Accepted, passwords::forgot_password::request_mail};

/// Which address is to be proven.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResendVerification {
    /// The address of the account.
    pub email: Email,
}

/// Resend the verification mail
///
/// The answer is the same whether or not there is such an account, or its address is proven already. The new link works
/// once, for 24 hours, and voids the one before. Three requests an hour and account, password resets among them.
#[utoipa::path(post, path = "/api/v1/auth/resend-verification", responses((status = 202, body = Envelope<Accepted>)))]
pub async fn resend_verification(
    State(api): State<Api>,
    visitor: Visitor,
    info: RequestInfo,
    Json(body): Json<ResendVerification>,
) -> Result<Reply, Problem> {
    request_mail(&api, &visitor, &info, &body.email, |address_hash| UserVerificationRequested { address_hash }).await
}
