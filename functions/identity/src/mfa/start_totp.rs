//! `POST /api/v1/auth/mfa/totp`: begin to set up a second factor.
//!
//! The answer holds the secret and is kept nowhere: a call that is repeated replaces the unconfirmed factor. Round trips:
//! those of a signed-in caller, one read, one write.

use axum::extract::State;
use identity::{MfaError, SecondFactorKeys, Users};
use qrcode::{EcLevel, QrCode, render::svg};
use serde::Serialize;
use table::WriteError;
use utoipa::ToSchema;
use web::{Api, Envelope, Problem, Reply, SignedIn};

use crate::mfa::second_factor::{keys, owner};

/// What an authenticator app needs to know.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TotpStarted {
    /// The shared secret in base32, to be typed into an app that scans no codes.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    pub secret: String,
    /// What an app on the same device opens: SHA-1, six digits, 30 seconds.
    #[schema(
        example = "otpauth://totp/Toko%20Budi:budi%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Toko%20Budi"
    )]
    pub otpauth_url: String,
    /// The same as a QR code.
    #[schema(example = "<svg xmlns=\"http://www.w3.org/2000/svg\" …></svg>")]
    pub qr_svg: String,
}

/// Start setting up a second factor (TOTP)
///
/// Logins ask for it once `POST /auth/mfa/totp/confirm` has seen a code of it. Needs a login of the last ten minutes.
#[utoipa::path(
    post, path = "/api/v1/auth/mfa/totp",
    responses(
        (status = 200, body = Envelope<TotpStarted>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "MFA_ALREADY_ENABLED")
    )
)]
pub async fn start_totp(State(api): State<Api>, caller: SignedIn) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    let users = Users::new(api.table(), caller.scope);
    let user = caller.user_now(&api).await?;

    let secret: [u8; 20] = api.random();
    let sealed = keys(&api).seal(owner(&users, user.id), &secret)?;
    let enrolment = SecondFactorKeys::enrolment(&secret, caller.tenant.product_name(), user.email.as_str())?;
    let user = user.with_unconfirmed_factor(sealed)?;

    match table::write_alone(api.table(), |tx| users.save(tx, &user)).await {
        Ok(_) => Reply::ok(&TotpStarted {
            secret: enrolment.secret.expose().clone(),
            qr_svg: qr_svg(enrolment.url.expose())?,
            otpauth_url: enrolment.url.expose().clone(),
        }),
        Err(WriteError::ConditionFailed { .. }) => Err(Problem::conflict()),
        Err(WriteError::Table(error)) => Err(error.into()),
    }
}

/// At least 240 units wide, with the quiet zone that scanners need.
fn qr_svg(url: &str) -> Result<String, MfaError> {
    let code = QrCode::with_error_correction_level(url, EcLevel::M).map_err(|_| MfaError::Unreadable)?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(240, 240).build())
}
