//! Stretches of time that begin or end within a day, by the wall clock of the subscriber's zone. A day has 86,400 seconds,
//! whatever daylight saving does, so that a month costs the same wherever it is lived.

use kernel::{Date, Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::Period;

/// How many seconds a day has.
const DAY: i64 = 86_400;

/// A second of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment {
    /// The day.
    pub day: Date,
    /// How many seconds of it have passed, below 86,400.
    pub second: u32,
}

/// Half-open: from a moment to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stretch {
    /// The day on which it begins.
    pub start: Date,
    /// With which second of that.
    #[serde(default, skip_serializing_if = "is_midnight")]
    pub start_second: u32,
    /// The day on which it ends.
    pub end: Date,
    /// Before which second of that.
    #[serde(default, skip_serializing_if = "is_midnight")]
    pub end_second: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(crate) const fn is_midnight(second: &u32) -> bool {
    *second == 0
}

impl Moment {
    /// The beginning of a day.
    pub const fn start_of(day: Date) -> Self {
        Self { day, second: 0 }
    }

    /// The second of an instant in a zone.
    pub fn of(instant: Timestamp, zone: &Zone) -> Self {
        Self { day: instant.date_in(zone), second: instant.second_of_day_in(zone) }
    }

    /// The second that lies so many before the beginning of a day.
    fn before(day: Date, seconds: u32) -> Option<Self> {
        let days = i64::from(seconds).div_euclid(DAY) + i64::from(i64::from(seconds) % DAY > 0);
        let second = u32::try_from(days * DAY - i64::from(seconds)).ok()?;
        let day = day.checked_sub(jiff::Span::new().try_days(days).ok()?).ok()?;
        Some(Self { day, second })
    }
}

impl Stretch {
    /// From a moment to another; empty when that is not later.
    pub const fn between(from: Moment, until: Moment) -> Self {
        Self { start: from.day, start_second: from.second, end: until.day, end_second: until.second }
    }

    /// So many seconds up to the beginning of a day; `None` before the years that are kept.
    pub(crate) fn up_to(end: Date, seconds: u32) -> Option<Self> {
        Some(Self::between(Moment::before(end, seconds)?, Moment::start_of(end)))
    }

    /// Where it begins.
    pub const fn begins(self) -> Moment {
        Moment { day: self.start, second: self.start_second }
    }

    /// Where it ends.
    pub const fn ends(self) -> Moment {
        Moment { day: self.end, second: self.end_second }
    }

    /// Whether it has no second.
    pub fn is_empty(self) -> bool {
        self.begins() >= self.ends()
    }

    /// Whether it consists of whole days.
    pub const fn is_of_days(self) -> bool {
        self.start_second == 0 && self.end_second == 0
    }

    /// How many seconds it has.
    pub fn seconds(self) -> i64 {
        let days = Period { start: self.start, end: self.end }.days();
        days * DAY + i64::from(self.end_second) - i64::from(self.start_second)
    }

    /// The days that it has a second of.
    pub fn days(self) -> Period {
        let end = if self.end_second == 0 { self.end } else { self.end.tomorrow().unwrap_or(self.end) };
        Period { start: self.start, end }
    }
}

impl From<Period> for Stretch {
    fn from(period: Period) -> Self {
        Self::between(Moment::start_of(period.start), Moment::start_of(period.end))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_stretch_has_the_days_that_it_touches() {
        let at = |day, hour: u32| Moment { day: date(2026, 11, day), second: hour * 3_600 };
        let part = Stretch::between(at(10, 15), at(12, 3));
        assert_eq!((part.seconds(), part.is_empty(), part.is_of_days()), (36 * 3_600, false, false));
        assert_eq!(part.days(), Period { start: date(2026, 11, 10), end: date(2026, 11, 13) });
        assert!(Stretch::between(at(10, 15), at(10, 15)).is_empty());
        let days = Stretch::from(Period { start: date(2026, 11, 10), end: date(2026, 11, 12) });
        assert_eq!((days.seconds(), days.days().days(), days.is_of_days()), (2 * DAY, 2, true));
    }

    #[test]
    fn it_is_known_by_its_end_and_length() {
        let up_to = |seconds| Stretch::up_to(date(2026, 12, 1), seconds).unwrap();
        for seconds in [1, 86_399, 86_400, 86_401, 2_678_400] {
            assert_eq!(up_to(seconds).seconds(), i64::from(seconds));
        }
        assert_eq!(up_to(86_401).begins(), Moment { day: date(2026, 11, 29), second: 86_399 });
    }

    #[test]
    fn a_moment_is_that_of_the_wall_clock() {
        let instant: Timestamp = "2026-11-21T20:00:01.999Z".parse().unwrap();
        let jakarta = Moment::of(instant, &"Asia/Jakarta".parse().unwrap());
        assert_eq!(jakarta, Moment { day: date(2026, 11, 22), second: 3 * 3_600 + 1 });
    }
}
