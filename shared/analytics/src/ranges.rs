//! Days of a report, and the parts that it is shown in.

use jiff::ToSpan;
use kernel::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most days of one report.
pub const MOST_DAYS: i32 = 400;

/// Why there can be no report of these days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DayRangeError {
    /// The last day is before the first.
    #[error("the last day must not be before the first")]
    Backwards,
    /// There are too many.
    #[error("a report covers {MOST_DAYS} days at most; ask for a later first day or an earlier last one")]
    TooLong,
}

/// How long the parts of a report are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "How long each part of a report is; weeks begin on Monday")]
pub enum SalesInterval {
    /// A day each.
    #[default]
    Day,
    /// From Monday to Sunday.
    Week,
    /// A calendar month each.
    Month,
}

/// Days from the first to the last, both included: 1 to 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayRange {
    from: Date,
    to: Date,
}

impl DayRange {
    /// The days from `from` to `to`.
    ///
    /// # Errors
    /// `Backwards`, `TooLong`.
    pub fn new(from: Date, to: Date) -> Result<Self, DayRangeError> {
        if to < from {
            return Err(DayRangeError::Backwards);
        }
        let apart = from.until(to).map_or(MOST_DAYS, |span| span.get_days());
        if apart < MOST_DAYS { Ok(Self { from, to }) } else { Err(DayRangeError::TooLong) }
    }

    /// The `count` days that end with `to`; fewer at the beginning of the calendar.
    pub fn ending(to: Date, count: u16) -> Self {
        let count = i32::from(count.max(1)).min(MOST_DAYS);
        Self { from: to.checked_sub((count - 1).days()).unwrap_or(to), to }
    }

    /// The first day.
    pub const fn from(self) -> Date {
        self.from
    }

    /// The last day.
    pub const fn to(self) -> Date {
        self.to
    }

    /// How many days.
    pub fn count(self) -> i32 {
        self.from.until(self.to).map_or(0, |span| span.get_days()) + 1
    }

    /// As many days, right before these; none at the beginning of the calendar.
    pub fn before(self) -> Option<Self> {
        let to = self.from.yesterday().ok()?;
        Some(Self { from: to.checked_sub((self.count() - 1).days()).ok()?, to })
    }

    /// Whether a day is one of them.
    pub fn contains(self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// The parts of it, oldest first: the first and the last may be shorter than the others.
    pub fn parts(self, interval: SalesInterval) -> Vec<Self> {
        let (mut parts, mut next) = (Vec::new(), Some(self.from));
        while let Some(from) = next.filter(|day| *day <= self.to) {
            let to = interval.last_of(from).min(self.to);
            parts.push(Self { from, to });
            next = to.tomorrow().ok();
        }
        parts
    }

    /// The whole calendar months in it, as their first days, and the ranges of days beside them.
    pub(crate) fn months_and_days(self) -> (Vec<Date>, Vec<Self>) {
        let (mut months, mut days) = (Vec::new(), Vec::new());
        for part in self.parts(SalesInterval::Month) {
            if part.from == part.from.first_of_month() && part.to == part.from.last_of_month() {
                months.push(part.from);
            } else {
                days.push(part);
            }
        }
        (months, days)
    }
}

impl SalesInterval {
    /// The last day of the part that a day is in.
    fn last_of(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Week => {
                let left = 6 - day.weekday().to_monday_zero_offset();
                day.checked_add(i64::from(left).days()).unwrap_or(day)
            }
            Self::Month => day.last_of_month(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn range(from: &str, to: &str) -> DayRange {
        DayRange::new(day(from), day(to)).unwrap()
    }

    #[test]
    fn a_report_has_one_to_400_days() {
        assert_eq!(range("2026-12-01", "2026-12-01").count(), 1);
        assert_eq!(DayRange::new(day("2026-12-02"), day("2026-12-01")), Err(DayRangeError::Backwards));
        assert_eq!(range("2026-01-01", "2027-02-04").count(), 400);
        assert_eq!(DayRange::new(day("2026-01-01"), day("2027-02-05")), Err(DayRangeError::TooLong));
        assert_eq!(DayRange::new(Date::MIN, Date::MAX), Err(DayRangeError::TooLong));
    }

    #[test]
    fn weeks_begin_on_monday_and_the_ends_are_cut() {
        // The 1st of December 2026 is a Tuesday.
        let weeks = range("2026-12-01", "2026-12-14").parts(SalesInterval::Week);
        let expected = [("2026-12-01", "2026-12-06"), ("2026-12-07", "2026-12-13"), ("2026-12-14", "2026-12-14")];
        assert_eq!(weeks, expected.map(|(from, to)| range(from, to)));
    }

    #[test]
    fn whole_months_are_told_from_days() {
        let (months, days) = range("2026-11-30", "2027-02-27").months_and_days();
        assert_eq!(months, [day("2026-12-01"), day("2027-01-01")]);
        assert_eq!(days, [range("2026-11-30", "2026-11-30"), range("2027-02-01", "2027-02-27")]);
    }

    #[test]
    fn the_days_before_are_as_many() {
        assert_eq!(range("2026-12-01", "2026-12-07").before(), Some(range("2026-11-24", "2026-11-30")));
        assert_eq!(DayRange::ending(day("2026-12-07"), 7), range("2026-12-01", "2026-12-07"));
    }

    proptest! {
        #[test]
        fn parts_cover_each_day_once(start in 0_i64..20_000, length in 0_i64..400) {
            let from = day("1990-01-01").checked_add(start.days()).unwrap();
            let range = DayRange::new(from, from.checked_add(length.days()).unwrap()).unwrap();
            for interval in [SalesInterval::Day, SalesInterval::Week, SalesInterval::Month] {
                let parts = range.parts(interval);
                prop_assert_eq!(parts.iter().map(|part| part.count()).sum::<i32>(), range.count());
                prop_assert_eq!(parts.first().unwrap().from(), range.from());
                prop_assert_eq!(parts.last().unwrap().to(), range.to());
                prop_assert!(parts.windows(2).all(|two| two[0].to().tomorrow().unwrap() == two[1].from()));
            }
        }
    }
}
