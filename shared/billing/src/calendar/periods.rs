//! Billing periods as civil dates: each one is computed from the anchor, so that a short month never shifts the rest.

use jiff::Span;
use kernel::{Date, TimeError, Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::Interval;

/// Half-open `[start, end)` in the subscriber's zone: the end is the first day of the next period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
}

impl Period {
    /// The last day of it.
    pub fn last_day(self) -> Date {
        self.end.yesterday().unwrap_or(self.end)
    }
}

/// Where the periods of a subscription lie: boundaries at anchor + n intervals, clamped to the month's last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    start: Date,
    anchor: Date,
    interval: Interval,
}

/// A date outside the years that are kept, or before the first period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no billing period there")]
pub struct NoSuchPeriod;

impl Period {
    /// Whether the day lies in it.
    pub fn contains(self, day: Date) -> bool {
        self.start <= day && day < self.end
    }

    /// How many calendar days it has, whatever daylight saving does.
    pub fn days(self) -> i64 {
        self.start.until(self.end).map_or(0, |span| i64::from(span.get_days()))
    }

    /// The first instant after the period in `zone`.
    ///
    /// # Errors
    /// The end lies outside 1970 to 9999.
    pub fn ends_at(self, zone: &Zone) -> Result<Timestamp, TimeError> {
        zone.start_of(self.end)
    }
}

impl Calendar {
    /// Periods from `start` on with boundaries at `anchor` + n intervals. When `start` is itself a boundary the first
    /// period is a whole one; otherwise it runs to the next boundary.
    pub const fn new(start: Date, anchor: Date, interval: Interval) -> Self {
        Self { start, anchor, interval }
    }

    /// Period `index`, counted from 0.
    ///
    /// # Errors
    /// It ends after the year 9999.
    pub fn period(self, index: u32) -> Result<Period, NoSuchPeriod> {
        let first = self.first_boundary_after_start()?;
        let index = i32::try_from(index).map_err(|_| NoSuchPeriod)?;
        let end = self.boundary(first.checked_add(index).ok_or(NoSuchPeriod)?)?;
        let start = if index == 0 { self.start } else { self.boundary(first + index - 1)? };
        Ok(Period { start, end })
    }

    /// The index of the period that contains `day`.
    ///
    /// # Errors
    /// `day` is before the first period.
    pub fn index_of(self, day: Date) -> Result<u32, NoSuchPeriod> {
        if day < self.start {
            return Err(NoSuchPeriod);
        }
        let first = self.first_boundary_after_start()?;
        u32::try_from(self.boundary_after(day)? - first).map_err(|_| NoSuchPeriod)
    }

    /// The whole interval that a period is part of: itself, but for a first period that starts between boundaries.
    ///
    /// # Errors
    /// As [`Calendar::period`].
    pub fn whole(self, index: u32) -> Result<Period, NoSuchPeriod> {
        let period = self.period(index)?;
        let start = if index == 0 { self.boundary(self.first_boundary_after_start()? - 1)? } else { period.start };
        Ok(Period { start, ..period })
    }

    fn first_boundary_after_start(self) -> Result<i32, NoSuchPeriod> {
        self.boundary_after(self.start)
    }

    /// The number of the first boundary after `day`.
    fn boundary_after(self, day: Date) -> Result<i32, NoSuchPeriod> {
        let months = (i32::from(day.year()) - i32::from(self.anchor.year())) * 12 + i32::from(day.month())
            - i32::from(self.anchor.month());
        // The boundary in or before the month of `day`; the one after it is at most two further.
        let mut number = months.div_euclid(i32::from(self.interval.months()));
        while self.boundary(number)? <= day {
            number += 1;
        }
        Ok(number)
    }

    fn boundary(self, number: i32) -> Result<Date, NoSuchPeriod> {
        nth(self.anchor, i32::from(self.interval.months()), number)
    }
}

/// `anchor` + `number` × `step` months, clamped to the last day of the month it falls into.
pub(crate) fn nth(anchor: Date, step: i32, number: i32) -> Result<Date, NoSuchPeriod> {
    let months = i64::from(step) * i64::from(number);
    let span = Span::new().try_months(months).map_err(|_| NoSuchPeriod)?;
    anchor.checked_add(span).map_err(|_| NoSuchPeriod)
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan, civil::date};
    use proptest::prelude::*;

    use super::*;

    fn monthly(start: Date) -> Calendar {
        Calendar::new(start, start, Interval::MONTH)
    }

    fn boundaries(calendar: Calendar, indexes: std::ops::Range<u32>) -> Vec<String> {
        indexes.map(|index| calendar.period(index).unwrap().start.to_string()).collect()
    }

    // The cases C of docs/rules/billing.md, by their numbers.
    #[test]
    fn c1_anchor_31_in_a_leap_year() {
        assert_eq!(
            boundaries(monthly(date(2024, 1, 31)), 0..4),
            ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
        );
    }

    #[test]
    fn c2_anchor_31_in_another_year() {
        assert_eq!(boundaries(monthly(date(2025, 1, 31)), 0..3), ["2025-01-31", "2025-02-28", "2025-03-31"]);
    }

    #[test]
    fn c4_anchor_30_over_two_years() {
        let calendar = monthly(date(2022, 4, 30));
        assert_eq!(boundaries(calendar, 10..13), ["2023-02-28", "2023-03-30", "2023-04-30"]);
        assert_eq!(boundaries(calendar, 22..24), ["2024-02-29", "2024-03-30"]);
    }

    #[test]
    fn c5_a_boundary_belongs_to_the_later_period() {
        let calendar = monthly(date(2025, 1, 31));
        let index = calendar.index_of(date(2025, 9, 30)).unwrap();
        let period = calendar.period(index).unwrap();
        assert_eq!((period.start, period.end), (date(2025, 9, 30), date(2025, 10, 31)));
    }

    #[test]
    fn c7_annual_from_a_leap_day() {
        let calendar = Calendar::new(date(2024, 2, 29), date(2024, 2, 29), Interval::YEAR);
        assert_eq!(boundaries(calendar, 1..2), ["2025-02-28"]);
        assert_eq!(boundaries(calendar, 4..5), ["2028-02-29"]);
    }

    #[test]
    fn c8_annual_from_the_day_before_a_leap_day() {
        let calendar = Calendar::new(date(2023, 2, 28), date(2023, 2, 28), Interval::YEAR);
        assert_eq!(boundaries(calendar, 1..2), ["2024-02-28"]);
    }

    #[test]
    fn c10_every_two_months_keeps_the_anchor_day() {
        let calendar = Calendar::new(date(2024, 2, 29), date(2024, 2, 29), Interval::every(2).unwrap());
        assert_eq!(boundaries(calendar, 1..3), ["2024-04-29", "2024-06-29"]);
    }

    #[test]
    fn c11_a_start_before_the_anchor_day_gives_a_part_first() {
        let calendar = Calendar::new(date(2024, 1, 1), date(2024, 1, 10), Interval::MONTH);
        assert_eq!(calendar.period(0), Ok(Period { start: date(2024, 1, 1), end: date(2024, 1, 10) }));
        assert_eq!(calendar.period(1), Ok(Period { start: date(2024, 1, 10), end: date(2024, 2, 10) }));
        assert_eq!(calendar.index_of(date(2024, 3, 15)), Ok(3));
        assert_eq!(calendar.whole(0).map(Period::days), Ok(31));
    }

    #[test]
    fn c13_annual_part_of_a_year() {
        let calendar = Calendar::new(date(2025, 4, 15), date(2025, 4, 1), Interval::YEAR);
        let (part, whole) = (calendar.period(0).unwrap(), calendar.whole(0).unwrap());
        assert_eq!(part, Period { start: date(2025, 4, 15), end: date(2026, 4, 1) });
        assert_eq!((part.days(), whole.days()), (351, 365));
    }

    #[test]
    fn c14_three_years_are_36_months() {
        assert_eq!(monthly(date(2021, 1, 1)).index_of(date(2024, 1, 1)), Ok(36));
    }

    #[test]
    fn c16_c17_a_period_ends_when_the_day_begins_in_its_zone() {
        let february = Period { start: date(2025, 2, 1), end: date(2025, 3, 1) };
        let ends = |zone: &str| february.ends_at(&zone.parse().unwrap()).unwrap().to_string();
        assert_eq!(ends("Asia/Kolkata"), "2025-02-28T18:30:00.000Z");
        assert_eq!(ends("America/Bogota"), "2025-03-01T05:00:00.000Z");
    }

    #[test]
    fn c19_days_are_calendar_days_across_daylight_saving() {
        for (start, end) in [
            (date(2024, 3, 9), date(2024, 3, 11)),
            (date(2024, 11, 2), date(2024, 11, 4)),
            (date(2025, 4, 4), date(2025, 4, 6)),
        ] {
            assert_eq!(Period { start, end }.days(), 2);
        }
    }

    #[test]
    fn before_the_start_there_is_no_period() {
        assert_eq!(monthly(date(2024, 1, 31)).index_of(date(2024, 1, 30)), Err(NoSuchPeriod));
        assert_eq!(monthly(date(9999, 12, 1)).period(5), Err(NoSuchPeriod));
    }

    fn any_date() -> impl Strategy<Value = Date> {
        (0_i64..40_000).prop_map(|days| date(1990, 1, 1).checked_add(days.days()).unwrap())
    }

    fn any_calendar() -> impl Strategy<Value = Calendar> {
        (any_date(), -400_i64..400, (1_u8..=36).prop_map(|months| Interval::every(months).unwrap()))
            .prop_map(|(start, off, interval)| Calendar::new(start, start.checked_add(off.days()).unwrap(), interval))
    }

    proptest! {
        #[test]
        fn periods_tile_time(calendar in any_calendar(), index in 0_u32..150) {
            // P2 of docs/rules/billing.md.
            let (this, next) = (calendar.period(index).unwrap(), calendar.period(index + 1).unwrap());
            prop_assert!(this.start < this.end);
            prop_assert_eq!(this.end, next.start);
            prop_assert!(this.days() <= calendar.whole(index).unwrap().days());
        }

        #[test]
        fn the_period_that_is_found_contains_the_day(calendar in any_calendar(), off in 0_i64..4_000) {
            let day = calendar.start.checked_add(off.days()).unwrap();
            let index = calendar.index_of(day).unwrap();
            prop_assert!(calendar.period(index).unwrap().contains(day));
        }

        #[test]
        fn the_anchor_day_returns_after_short_months(start in any_date(), index in 1_u32..121) {
            // P3 of docs/rules/billing.md: ten years of months.
            let boundary = monthly(start).period(index).unwrap().start;
            prop_assert_eq!(boundary.day(), start.day().min(boundary.days_in_month()));
        }
    }
}
