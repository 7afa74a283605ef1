//! What is added up of calls.

use serde::{Deserialize, Serialize};

use crate::Call;

/// A sum over calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// How many.
    pub calls: u64,
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
            errors: u64::from(call.is_error()),
            failures: u64::from(call.is_failure()),
            micros: call.micros,
            bytes: call.bytes,
        }
    }

    /// Adds another sum; at the end of the numbers it stays there.
    pub fn add(&mut self, other: Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.errors = self.errors.saturating_add(other.errors);
        self.failures = self.failures.saturating_add(other.failures);
        self.micros = self.micros.saturating_add(other.micros);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }

    /// How long a call took on average, in milliseconds, half up; 0 without calls.
    pub fn average_millis(self) -> u64 {
        let divisor = self.calls.saturating_mul(1000);
        self.micros.saturating_add(divisor / 2).checked_div(divisor).unwrap_or(0)
    }
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
