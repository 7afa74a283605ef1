//! When messages that can wait are told together.

use kernel::{Timestamp, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ClockTime;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the days say what they are")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl From<Weekday> for jiff::civil::Weekday {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Monday,
            Weekday::Tuesday => Self::Tuesday,
            Weekday::Wednesday => Self::Wednesday,
            Weekday::Thursday => Self::Thursday,
            Weekday::Friday => Self::Friday,
            Weekday::Saturday => Self::Saturday,
            Weekday::Sunday => Self::Sunday,
        }
    }
}

/// How often messages of medium and low priority come together in one mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "every", rename_all = "snake_case", deny_unknown_fields)]
pub enum DigestRhythm {
    /// Once a day.
    Day {
        /// At what time.
        at: ClockTime,
    },
    /// Once a week.
    Week {
        /// On which day.
        on: Weekday,
        /// At what time.
        at: ClockTime,
    },
}

impl DigestRhythm {
    /// When the next one is sent.
    pub fn next(self, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Day { at } => at.next(zone, now, |_| true),
            Self::Week { on, at } => at.next(zone, now, |day| day.weekday() == on.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_comes_at_its_hour_of_the_day_or_the_week() {
        let jakarta: Zone = "Asia/Jakarta".parse().unwrap();
        let at = "08:00".parse().unwrap();
        let next = |rhythm: DigestRhythm, now: &str| rhythm.next(&jakarta, now.parse().unwrap()).unwrap().to_string();
        let day = DigestRhythm::Day { at };
        assert_eq!(next(day, "2026-12-01T00:59:59Z"), "2026-12-01T01:00:00.000Z");
        assert_eq!(next(day, "2026-12-01T01:00:00Z"), "2026-12-02T01:00:00.000Z");
        // The 1st of December 2026 is a Tuesday.
        let week = |on| DigestRhythm::Week { on, at };
        assert_eq!(next(week(Weekday::Tuesday), "2026-12-01T00:00:00Z"), "2026-12-01T01:00:00.000Z");
        assert_eq!(next(week(Weekday::Tuesday), "2026-12-01T01:00:00Z"), "2026-12-08T01:00:00.000Z");
        assert_eq!(next(week(Weekday::Monday), "2026-12-01T00:00:00Z"), "2026-12-07T01:00:00.000Z");
    }
}
