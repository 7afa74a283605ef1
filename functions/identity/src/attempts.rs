//! Counting the tries at an account's password, before anybody looks whether there is such an account.

use identity::Users;
use table::WriteError;
use web::{Api, Problem};

/// How often a lost race between two attempts on one account is run again before the call is refused.
const RACES: u8 = 8;

/// Counts one try, before the password is looked at: one read and one write.
///
/// # Errors
/// 429 while the account waits or is locked.
pub(crate) async fn count_attempt(api: &Api, users: &Users<'_>, account: &str) -> Result<(), Problem> {
    for _ in 0..RACES {
        let attempts = users.attempts(account).await?;
        let next = attempts.count(api.now(), api.config().limits.factor()).map_err(|wait| {
            let seconds = wait.retry_after_seconds;
            Problem::from(wait).with_header(http::header::RETRY_AFTER, seconds)
        })?;
        match api.table().write(users.count_attempt(account, &next, api.now())?).await {
            Ok(_) => return Ok(()),
            Err(WriteError::ConditionFailed { .. }) => {}
            Err(WriteError::Table(error)) => return Err(error.into()),
        }
    }
    Err(Problem::too_many_at_once())
}
