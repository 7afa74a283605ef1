//! What staff who acts as a user may not do.

use http::StatusCode;
use kernel::UserId;

use crate::Problem;

/// `Ok` for whoever acts in their own name.
///
/// # Errors
/// 403 `IMPERSONATED`.
pub(crate) fn is_themselves(impersonator: Option<UserId>) -> Result<(), Problem> {
    let detail = "staff who acts as a user may not do this in their name";
    let refusal = |_| Err(Problem::new(StatusCode::FORBIDDEN, "IMPERSONATED", detail));
    impersonator.map_or(Ok(()), refusal)
}
