//! Slowing down password guessing: counted before the password is looked at, for known and unknown accounts alike
//! (facts/security.md §2.4).

use jiff::SignedDuration;
use kernel::{Fault, Kind, Timestamp};
use serde::{Deserialize, Serialize};

/// The failed logins of one account since the last success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Attempts {
    /// How many failed in a row.
    pub failures: u32,
    /// Milliseconds since 1970 until which the next one must wait.
    pub wait_until: i64,
    /// Milliseconds since 1970 of the latest.
    pub last_at: i64,
    /// For compare-and-set.
    pub version: u64,
}

/// A number of seconds as text, such as `1 second`.
pub fn seconds(count: i64) -> String {
    if count == 1 { "1 second".to_owned() } else { format!("{count} seconds") }
}

/// The account has to wait before the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many failed logins; wait {}, or reset the password by mail", seconds(*retry_after_seconds))]
pub struct LoginGuard {
    /// How long.
    pub retry_after_seconds: i64,
}

impl Fault for LoginGuard {
    fn kind(&self) -> Kind {
        Kind::RateLimited
    }

    fn code(&self) -> &'static str {
        "RATE_LIMITED"
    }
}

const FREE_FAILURES: u32 = 5;
const MAX_WAIT: SignedDuration = SignedDuration::from_secs(900);
/// After so many failures in a row no password is looked at any more (NIST SP 800-63B: no more than 100).
const MOST_FAILURES: u32 = 100;
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(24);
const LOCKED_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Attempts {
    /// Counts one more attempt, or refuses it. A refused attempt changes nothing, so that nobody can keep an account
    /// locked by knocking. The first five failures are free, the sixth costs two seconds, and then the wait doubles up to 15 minutes, and
    /// all is forgotten a day after the last. After a hundred in a row the account is locked for 30 days, unless a mailed
    /// link sets a new password or an administrator unlocks it. `factor` multiplies the free attempts and the hundred.
    ///
    /// # Errors
    /// The account is still waiting, or locked.
    pub fn count(self, now: Timestamp, factor: u32) -> Result<Self, LoginGuard> {
        let locked = self.failures >= MOST_FAILURES.saturating_mul(factor);
        let kept_until = self.last_at.saturating_add(millis(if locked { LOCKED_FOR } else { FORGOTTEN_AFTER }));
        let forgotten = now.as_millis() > kept_until;
        let waiting = if locked && !forgotten { kept_until } else { self.wait_until } - now.as_millis();
        if waiting > 0 || (locked && !forgotten) {
            return Err(LoginGuard { retry_after_seconds: waiting.div_euclid(1000) + 1 });
        }
        let failures = if forgotten { 1 } else { self.failures.saturating_add(1) };
        let beyond = failures.saturating_sub(FREE_FAILURES.saturating_mul(factor));
        let wait = match beyond {
            0 => SignedDuration::ZERO,
            n => SignedDuration::from_secs(1_i64.checked_shl(n).filter(|s| *s > 0).unwrap_or(i64::MAX)).min(MAX_WAIT),
        };
        Ok(Self {
            failures,
            wait_until: now.plus(wait).as_millis(),
            last_at: now.as_millis(),
            version: self.version + 1,
        })
    }

    /// How long the row is worth keeping after the latest.
    pub const fn kept_for(&self) -> SignedDuration {
        if self.failures < MOST_FAILURES { FORGOTTEN_AFTER } else { LOCKED_FOR }
    }
}

fn millis(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + seconds * 1000).unwrap()
    }

    #[test]
    fn five_are_free_and_then_the_wait_doubles_to_a_quarter_hour() {
        let mut attempts = Attempts::default();
        for _ in 0..5 {
            attempts = attempts.count(at(0), 1).unwrap();
            assert_eq!(attempts.wait_until, at(0).as_millis());
        }
        let mut clock = 0;
        for expected in [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            attempts = attempts.count(at(clock), 1).unwrap();
            assert_eq!(attempts.wait_until, at(clock + expected).as_millis());
            let refused = attempts.count(at(clock), 1).unwrap_err();
            assert!(refused.retry_after_seconds >= expected, "{refused:?}");
            clock += expected;
        }
    }

    #[test]
    fn a_day_forgets() {
        let mut attempts = Attempts::default();
        for _ in 0..6 {
            attempts = attempts.count(at(0), 1).unwrap();
        }
        assert_eq!(attempts.count(at(86_402), 1).unwrap().failures, 1);
    }

    #[test]
    fn a_hundred_in_a_row_lock_the_account_for_thirty_days() {
        let mut attempts = Attempts::default();
        let mut clock = 0;
        for _ in 0..100 {
            attempts = attempts.count(at(clock), 1).unwrap();
            clock = (attempts.wait_until - at(0).as_millis()) / 1000;
        }
        let (last, month) = (clock - 900, 30 * 86_400);
        assert_eq!(attempts.count(at(clock), 1), Err(LoginGuard { retry_after_seconds: month - 900 + 1 }));
        assert_eq!(attempts.count(at(last + 86_402), 1).unwrap_err().retry_after_seconds, month - 86_402 + 1);
        assert!(attempts.count(at(last + month), 1).is_err());
        assert_eq!(attempts.kept_for(), SignedDuration::from_secs(month));
        assert_eq!(attempts.count(at(last + month + 1), 1).unwrap().failures, 1);
        assert!(attempts.count(at(clock), 1000).is_ok(), "limits may be loose");
    }
}
