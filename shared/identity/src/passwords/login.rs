//! Slowing down password guessing: counted before the password is looked at, for known and unknown accounts alike. What is
//! capped are failures, not how many right passwords come at once (OWASP Authentication Cheat Sheet, "Account Lockout").

use jiff::SignedDuration;
use kernel::{Fault, FaultKind, Timestamp};
use serde::{Deserialize, Serialize};

/// The logins of one account that failed since the last success, and those that are under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Attempts {
    /// How many failed in a row.
    pub failures: u32,
    /// Milliseconds since 1970 until which the next one must wait.
    pub wait_until: i64,
    /// Milliseconds since 1970 when the latest began.
    pub last_at: i64,
    /// How many have begun and not ended.
    pub in_flight: i64,
}

/// How an attempt was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Beside others: there were few failures.
    AtOnce,
    /// Alone, after this many failures, and with a wait if it fails too.
    Alone(u32),
}

/// How an attempt may begin that was not let in at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admission {
    /// How it is let in.
    pub begun: Begun,
    /// The row with it.
    pub next: Attempts,
}

/// A number of seconds as text, such as `1 second`.
pub fn seconds(count: i64) -> String {
    if count == 1 { "1 second".to_owned() } else { format!("{count} seconds") }
}

/// The account has to wait before the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginGuard {
    /// Too many failed.
    #[error("too many failed logins; wait {}, or reset the password by mail", seconds(*retry_after_seconds))]
    Failed {
        /// How long.
        retry_after_seconds: i64,
    },
    /// As many are under way as may.
    #[error("too many logins of this account at once; try again in a second")]
    Busy,
}

impl LoginGuard {
    /// How long to wait.
    pub const fn retry_after_seconds(self) -> i64 {
        match self {
            Self::Failed { retry_after_seconds } => retry_after_seconds,
            Self::Busy => 1,
        }
    }
}

impl Fault for LoginGuard {
    fn kind(&self) -> FaultKind {
        FaultKind::RateLimited
    }

    fn code(&self) -> &'static str {
        "RATE_LIMITED"
    }

    fn is_final(&self) -> bool {
        false
    }
}

/// How many failures cost no wait. While there are fewer, attempts do not wait for one another.
const FREE_FAILURES: u32 = 5;
/// How many attempts may be under way at once: as many guesses does a burst get beyond the free ones, at most.
const AT_ONCE: u32 = 32;
const MAX_WAIT: SignedDuration = SignedDuration::from_secs(900);
/// After so many failures in a row no password is looked at any more (NIST SP 800-63B: no more than 100).
const MOST_FAILURES: u32 = 100;
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(24);
const LOCKED_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// No attempt is under way longer: what began before and has not ended died. API Gateway waits 30 seconds.
const DEAD_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// What the row must be for an attempt to be let in without a look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AtOnce {
    pub(crate) failures_below: i64,
    pub(crate) in_flight_below: i64,
    pub(crate) last_at_least: i64,
}

impl AtOnce {
    pub(crate) fn at(now: Timestamp, factor: u32) -> Self {
        Self {
            failures_below: FREE_FAILURES.saturating_mul(factor).into(),
            in_flight_below: AT_ONCE.saturating_mul(factor).into(),
            last_at_least: now.as_millis() - millis(FORGOTTEN_AFTER),
        }
    }
}

impl Attempts {
    /// Lets one more attempt in, or refuses it. A refused attempt changes nothing, so that nobody can keep an account
    /// locked by knocking. The first five failures are free; from then on attempts come one by one, the sixth failure
    /// costs two seconds, and then the wait doubles up to 15 minutes, and all is forgotten a day after the last. After a
    /// hundred in a row the account is locked for 30 days, unless a mailed link sets a new password or an administrator
    /// unlocks it. `factor` multiplies the free attempts, those at once and the hundred.
    ///
    /// # Errors
    /// The account is still waiting, locked, or busy.
    pub fn admit(self, now: Timestamp, factor: u32) -> Result<Admission, LoginGuard> {
        let locked = self.failures >= MOST_FAILURES.saturating_mul(factor);
        let kept_until = self.last_at.saturating_add(millis(if locked { LOCKED_FOR } else { FORGOTTEN_AFTER }));
        let last_at = now.as_millis();
        if last_at > kept_until {
            let next = Self { in_flight: 1, last_at, ..Self::default() };
            return Ok(Admission { begun: Begun::AtOnce, next });
        }
        let waiting = if locked { kept_until } else { self.wait_until } - last_at;
        if waiting > 0 || locked {
            return Err(LoginGuard::Failed { retry_after_seconds: waiting.div_euclid(1000) + 1 });
        }
        let alone = self.failures >= FREE_FAILURES.saturating_mul(factor);
        let room = if alone { 1 } else { AT_ONCE.saturating_mul(factor).into() };
        let is_dead = last_at - self.last_at > millis(DEAD_AFTER);
        let in_flight = if is_dead { 0 } else { self.in_flight.max(0) };
        if in_flight >= room {
            return Err(LoginGuard::Busy);
        }
        let begun = if alone { Begun::Alone(self.failures) } else { Begun::AtOnce };
        Ok(Admission { begun, next: Self { in_flight: in_flight + 1, last_at, ..self } })
    }
}

impl Begun {
    /// Until when the next attempt waits if this one fails.
    pub(crate) fn wait_until(self, now: Timestamp, factor: u32) -> Option<i64> {
        let beyond = self.failures().saturating_sub(FREE_FAILURES.saturating_mul(factor));
        let wait = match beyond {
            0 => return None,
            n => SignedDuration::from_secs(1_i64.checked_shl(n).filter(|s| *s > 0).unwrap_or(i64::MAX)).min(MAX_WAIT),
        };
        Some(now.plus(wait).as_millis())
    }

    /// How long the row is worth keeping after this attempt fails.
    pub(crate) const fn kept_for(self) -> SignedDuration {
        if self.failures() < MOST_FAILURES { FORGOTTEN_AFTER } else { LOCKED_FOR }
    }

    /// How many failures there are when this attempt fails too; few, where it does not matter how many.
    const fn failures(self) -> u32 {
        match self {
            Self::AtOnce => 1,
            Self::Alone(before) => before.saturating_add(1),
        }
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

    /// The row after one more failure, or why there was none.
    fn fail(attempts: Attempts, now: Timestamp) -> Result<Attempts, LoginGuard> {
        let Admission { begun, next } = attempts.admit(now, 1)?;
        let wait_until = begun.wait_until(now, 1).unwrap_or(next.wait_until);
        Ok(Attempts { failures: next.failures + 1, in_flight: next.in_flight - 1, wait_until, ..next })
    }

    #[test]
    fn five_are_free_and_then_the_wait_doubles_to_a_quarter_hour() {
        let mut attempts = Attempts::default();
        for _ in 0..5 {
            attempts = fail(attempts, at(0)).unwrap();
            assert_eq!(attempts.wait_until, 0);
        }
        let mut clock = 0;
        for expected in [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            attempts = fail(attempts, at(clock)).unwrap();
            assert_eq!(attempts.wait_until, at(clock + expected).as_millis());
            let refused = fail(attempts, at(clock)).unwrap_err();
            assert!(refused.retry_after_seconds() >= expected, "{refused:?}");
            clock += expected;
        }
    }

    #[test]
    fn a_day_forgets() {
        let mut attempts = Attempts::default();
        for _ in 0..6 {
            attempts = fail(attempts, at(0)).unwrap();
        }
        assert_eq!(fail(attempts, at(86_402)).unwrap().failures, 1);
    }

    #[test]
    fn attempts_come_one_by_one_once_five_have_failed_and_one_that_died_is_not_waited_for() {
        let few = Attempts { failures: 4, in_flight: 31, last_at: at(0).as_millis(), wait_until: 0 };
        let last = few.admit(at(1), 1).unwrap();
        assert_eq!((last.begun, last.next.in_flight), (Begun::AtOnce, 32));
        assert_eq!(last.next.admit(at(1), 1), Err(LoginGuard::Busy));
        let many = Attempts { failures: 5, in_flight: 0, ..few };
        let alone = many.admit(at(1), 1).unwrap();
        assert_eq!(alone.begun, Begun::Alone(5));
        assert_eq!(alone.next.admit(at(61), 1), Err(LoginGuard::Busy));
        assert_eq!(alone.next.admit(at(62), 1).unwrap().next.in_flight, 1);
    }

    #[test]
    fn a_hundred_in_a_row_lock_the_account_for_thirty_days() {
        let mut attempts = Attempts::default();
        let mut clock = 0;
        for _ in 0..100 {
            attempts = fail(attempts, at(clock)).unwrap();
            clock = ((attempts.wait_until - at(0).as_millis()) / 1000).max(0);
        }
        let (last, month) = (clock - 900, 30 * 86_400);
        let refused = |seconds| fail(attempts, at(seconds)).unwrap_err().retry_after_seconds();
        assert_eq!((attempts.failures, refused(clock)), (100, month - 900 + 1));
        assert_eq!(refused(last + 86_402), month - 86_402 + 1);
        assert!(fail(attempts, at(last + month)).is_err());
        assert_eq!(Begun::Alone(99).kept_for(), SignedDuration::from_secs(month));
        assert_eq!(fail(attempts, at(last + month + 1)).unwrap().failures, 1);
        assert!(attempts.admit(at(clock), 1000).is_ok(), "limits may be loose");
    }

    #[test]
    fn stored_attempts_stay_readable() {
        let stored: Attempts = table::record::from_golden(include_str!("../golden/attempts.json")).unwrap();
        let attempts =
            Attempts { failures: 6, wait_until: at(2).as_millis(), last_at: at(0).as_millis(), in_flight: 1 };
        assert_eq!(stored, attempts);
        assert_eq!(serde_json::from_str::<Attempts>("{}").unwrap(), Attempts::default());
    }
}
