//! What is added up of calls.

use serde::{Deserialize, Serialize};

use crate::Call;

/// A sum over calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// How many.
    pub calls: u64,
    /// How many of them are free: of somebody who did not prove who they are, or refused by a limit. Left out where none is.
    #[serde(skip_serializing_if = "is_zero")]
    pub free: u64,
    /// How many of them were answered with 400 or more.
    pub errors: u64,
    /// How many of them were answered with 500 or more.
    pub failures: u64,
    /// How long they took together, in microseconds.
    pub micros: u64,
    /// How many bytes their answers had together.
    pub bytes: u64,
}

impl Tally {
    /// One call.
    pub fn of(call: &Call) -> Self {
        Self {
            calls: 1,
            free: u64::from(!call.is_billable()),
            errors: u64::from(call.is_error()),
            failures: u64::from(call.is_failure()),
            micros: call.micros,
            bytes: call.bytes,
        }
    }

    /// Adds another sum; at the end of the numbers it stays there.
    pub fn add(&mut self, other: Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.free = self.free.saturating_add(other.free);
        self.errors = self.errors.saturating_add(other.errors);
        self.failures = self.failures.saturating_add(other.failures);
        self.micros = self.micros.saturating_add(other.micros);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }

    /// How many of them count towards what a plan includes in a month, and are billed beyond.
    pub const fn billable(self) -> u64 {
        self.calls.saturating_sub(self.free)
    }

    /// How long a call took on average, in milliseconds, half up; 0 without calls.
    pub fn average_millis(self) -> u64 {
        let divisor = self.calls.saturating_mul(1000);
        self.micros.saturating_add(divisor / 2).checked_div(divisor).unwrap_or(0)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_zero(amount: &u64) -> bool {
    *amount == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_rounded_half_up_and_none_of_nothing() {
        let tally = |calls, micros| Tally { calls, micros, ..Tally::default() };
        for (calls, micros, millis) in [(0, 0, 0), (1, 499, 0), (1, 500, 1), (2, 2_999, 1), (2, 3_000, 2)] {
            assert_eq!(tally(calls, micros).average_millis(), millis, "{calls} {micros}");
        }
        assert_eq!(tally(u64::MAX, u64::MAX).average_millis(), 1, "huge numbers stay where numbers end");
    }
}
