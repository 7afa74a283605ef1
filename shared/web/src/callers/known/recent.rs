//! Whether a user proved who they are a moment ago.

use http::StatusCode;
use jiff::SignedDuration;
use kernel::Timestamp;

use crate::Problem;

/// How long ago a user may have signed in to change what guards the account or the tenant (ASVS 7.5.1).
const RECENT: SignedDuration = SignedDuration::from_mins(10);

/// `Ok` for a login of the last ten minutes; an API key has none.
///
/// # Errors
/// 403 `STEP_UP_REQUIRED`.
pub(crate) fn recently(signed_in_at: Option<Timestamp>, now: Timestamp) -> Result<(), Problem> {
    let recent = signed_in_at.is_some_and(|at| now.since(at) <= RECENT);
    let detail = match signed_in_at {
        Some(_) => "sign in again first: this needs a login of the last ten minutes",
        None => "this needs a login of the last ten minutes, which an API key never is: sign in as a user",
    };
    if recent { Ok(()) } else { Err(Problem::new(StatusCode::FORBIDDEN, "STEP_UP_REQUIRED", detail)) }
}
