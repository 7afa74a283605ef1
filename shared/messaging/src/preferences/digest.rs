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
#[serde(tag = "every", rename_all = "snake_case")]
pub enum DigestRhythm {
    /// Once a day.
    Day(EveryDay),
    /// Once a week.
    Week(EveryWeek),
}

/// The hour of a digest that comes each day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DigestRhythmDay)]
pub struct EveryDay {
    /// At what time.
    pub at: ClockTime,
}

/// The day and the hour of a digest that comes each week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DigestRhythmWeek)]
pub struct EveryWeek {
    /// On which day.
    pub on: Weekday,
    /// At what time.
    pub at: ClockTime,
}

impl DigestRhythm {
    /// When the next one is sent.
    pub fn next(self, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Day(EveryDay { at }) => at.next(zone, now, |_| true),
            Self::Week(EveryWeek { on, at }) => at.next(zone, now, |day| day.weekday() == on.into()),
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
        let day = DigestRhythm::Day(EveryDay { at });
        assert_eq!(next(day, "2026-12-01T00:59:59Z"), "2026-12-01T01:00:00.000Z");
        assert_eq!(next(day, "2026-12-01T01:00:00Z"), "2026-12-02T01:00:00.000Z");
        // The 1st of December 2026 is a Tuesday.
        let week = |on| DigestRhythm::Week(EveryWeek { on, at });
        assert_eq!(next(week(Weekday::Tuesday), "2026-12-01T00:00:00Z"), "2026-12-01T01:00:00.000Z");
        assert_eq!(next(week(Weekday::Tuesday), "2026-12-01T01:00:00Z"), "2026-12-08T01:00:00.000Z");
        assert_eq!(next(week(Weekday::Monday), "2026-12-01T00:00:00Z"), "2026-12-07T01:00:00.000Z");
    }

    #[test]
    fn a_field_of_no_rhythm_is_refused() {
        for good in [r#"{"every":"day","at":"08:00"}"#, r#"{"every":"week","on":"monday","at":"08:00"}"#] {
            let rhythm: DigestRhythm = serde_json::from_str(good).unwrap();
            assert_eq!(serde_json::to_string(&rhythm).unwrap(), good);
        }
        for bad in
            [r#"{"every":"day","at":"08:00","on":"monday"}"#, r#"{"every":"week","on":"monday","at":"08:00","of":1}"#]
        {
            assert!(serde_json::from_str::<DigestRhythm>(bad).is_err(), "{bad}");
        }
    }
}
