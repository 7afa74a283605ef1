//! Slowing down guesses at a second factor: each try is counted before its code is looked at, in a row of its own, and
//! each time step is taken once (RFC 6238 section 5.2; OWASP ASVS 5.0, 6.5.1).
//!
//! `MFA#<user>` / `MFA`.

use jiff::SignedDuration;
use kernel::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use table::{Condition, Key, Record, Slot, TableError, Transaction, Write, from_item};

use crate::{MfaError, Users};

/// The tries at one user's second factor since the last right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MfaGuard {
    /// The latest time step whose code was taken.
    pub last_step: u64,
    /// How many tries were counted since the last right one or the last pause.
    pub failures: u32,
    /// Milliseconds since 1970 until which the next one must wait.
    pub wait_until: i64,
    /// For compare-and-set.
    pub version: u64,
}

impl Record for MfaGuard {
    const ROWS: &'static [&'static str] = &["MFA#{user} / MFA"];
}

/// How many tries there are before each pause.
const TRIES: u32 = 5;
const PAUSE: SignedDuration = SignedDuration::from_secs(900);
/// How long a row that nobody asks for any more is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(48);

impl MfaGuard {
    /// Counts one more try, or refuses it. A refused try changes nothing, so that nobody can prolong a pause by
    /// knocking. The fifth try begins a pause of 15 minutes, which ends at once if it was right.
    ///
    /// # Errors
    /// `TooManyTries`.
    pub fn count(self, now: Timestamp) -> Result<Self, MfaError> {
        let waiting = self.wait_until - now.as_millis();
        if waiting > 0 {
            return Err(MfaError::TooManyTries { retry_after_seconds: waiting.div_euclid(1000) + 1 });
        }
        let failures = if self.failures >= TRIES { 1 } else { self.failures + 1 };
        let wait_until = if failures == TRIES { now.plus(PAUSE).as_millis() } else { 0 };
        Ok(Self { failures, wait_until, version: self.version + 1, ..self })
    }
}

impl Users<'_> {
    /// The tries at a user's second factor. One round trip.
    pub async fn mfa_tries(&self, user: UserId) -> Result<MfaGuard, TableError> {
        let row = self.table.get(&self.mfa_key(user)).await?;
        row.map_or_else(|| Ok(MfaGuard::default()), from_item)
    }

    /// Counts a try; fails when another was counted in between.
    pub fn save_mfa_tries(
        &self,
        transaction: &mut Transaction,
        user: UserId,
        next: &MfaGuard,
        now: Timestamp,
    ) -> Result<Slot, TableError> {
        let unchanged = if next.version == 1 { Condition::NotExists } else { Condition::VersionIs(next.version - 1) };
        Ok(transaction.add(Write::put(self.mfa_key(user), next)?.ttl(now.plus(KEPT)).when(unchanged)))
    }

    /// Takes the code of a time step and forgets the tries before it; fails when a code of that step or
    /// a later one was taken in between.
    pub fn take_mfa_step(&self, transaction: &mut Transaction, user: UserId, step: u64) -> Slot {
        let unused = Condition::Below("lastStep", i64::try_from(step).unwrap_or(i64::MAX));
        let first = Condition::Missing("lastStep");
        transaction.add(self.no_mfa_tries(user).set("lastStep", step).when(Condition::AnyOf(vec![unused, first])))
    }

    /// Forgets the tries at a user's second factor, after a recovery code or by an administrator. The
    /// codes that were taken stay so.
    pub fn forget_mfa_tries(&self, transaction: &mut Transaction, user: UserId) -> Slot {
        transaction.add(self.no_mfa_tries(user))
    }

    fn no_mfa_tries(&self, user: UserId) -> Write {
        Write::update::<MfaGuard>(self.mfa_key(user)).set("failures", 0).set("waitUntil", 0).add("version", 1)
    }

    /// Deletes them, and which codes were taken, for a user who is erased.
    pub fn delete_mfa_tries(&self, transaction: &mut Transaction, user: UserId) -> Slot {
        transaction.add(Write::delete(self.mfa_key(user)))
    }

    fn mfa_key(&self, user: UserId) -> Key {
        self.scope.key(format_args!("MFA#{user}"), "MFA")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + seconds * 1000).unwrap()
    }

    #[test]
    fn five_tries_and_then_a_pause_that_knocking_does_not_prolong() {
        let mut guard = MfaGuard { last_step: 7, ..MfaGuard::default() };
        for round in 0..3 {
            let begin = round * 900;
            for _ in 0..5 {
                guard = guard.count(at(begin)).unwrap();
            }
            let refused = |seconds| guard.count(at(begin + seconds)).unwrap_err();
            assert_eq!(refused(0), MfaError::TooManyTries { retry_after_seconds: 901 });
            assert_eq!(refused(899), MfaError::TooManyTries { retry_after_seconds: 2 });
        }
        assert_eq!((guard.last_step, guard.version), (7, 15));
    }
}
