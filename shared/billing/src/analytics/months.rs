//! Monthly recurring revenue by month: where each month of a range begins, what moved it, and where it ends.

use std::collections::BTreeMap;

use kernel::{Currency, Date};
use table::TableError;

use crate::{Figures, Level, Rollups, analytics::rows::too_large};

/// A month of one currency, or the part of it that is in the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevenueMonth {
    /// The first day of the month.
    pub month: Date,
    /// The currency.
    pub currency: Currency,
    /// Before its first day in the range.
    pub opening: Level,
    /// At the end of its last day in the range.
    pub closing: Level,
    /// What changed on these days.
    pub figures: Figures,
}

impl Rollups {
    /// The months of the days from `from` to `to`, both included, of each currency that there was anything in by the last.
    ///
    /// # Errors
    /// `Corrupt` when a sum is no 64-bit integer.
    pub fn months(self, from: Date, to: Date) -> Result<Vec<RevenueMonth>, TableError> {
        let mut openings: BTreeMap<Currency, Level> = BTreeMap::new();
        let mut changes: BTreeMap<(Currency, Date), Figures> = BTreeMap::new();
        let (before, within): (Vec<_>, Vec<_>) = self.days.into_iter().partition(|row| row.day < from);
        for row in self.months.into_iter().chain(before) {
            let level = openings.entry(row.currency).or_default();
            *level = level.after(row.figures).ok_or_else(too_large)?;
        }
        for row in within {
            openings.entry(row.currency).or_default();
            let month = changes.entry((row.currency, row.day.first_of_month())).or_default();
            *month = month.plus(row.figures).ok_or_else(too_large)?;
        }
        let mut months = Vec::new();
        for (currency, mut opening) in openings {
            for month in from.first_of_month().series(jiff::ToSpan::month(1)).take_while(|month| *month <= to) {
                let figures = changes.get(&(currency, month)).copied().unwrap_or_default();
                let closing = opening.after(figures).ok_or_else(too_large)?;
                months.push(RevenueMonth { month, currency, opening, closing, figures });
                opening = closing;
            }
        }
        Ok(months)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::{AnalyticsReport, analytics::rows::FiguresRow};

    fn row(day: Date, currency: Currency, new_revenue: i64) -> FiguresRow {
        let figures = Figures { active: 1, begun: 1, new_revenue, ..Figures::default() };
        FiguresRow { day, currency, plan: "BASIC".parse().unwrap(), figures }
    }

    #[test]
    fn a_month_begins_where_the_one_before_it_ends() {
        let usd = |day, revenue| row(day, Currency::USD, revenue);
        let rollups = Rollups {
            months: vec![usd(date(2026, 9, 1), 7)],
            days: vec![
                usd(date(2026, 10, 2), 1),
                usd(date(2026, 10, 5), 10),
                usd(date(2026, 12, 31), 100),
                row(date(2026, 11, 1), Currency::IDR, 50_000),
            ],
            usage: Vec::new(),
        };
        let months = rollups.months(date(2026, 10, 3), date(2026, 12, 31)).unwrap();
        let seen: Vec<(String, String, i64, i64)> = months
            .iter()
            .map(|one| {
                let (opening, closing) = (one.opening.revenue, one.closing.revenue);
                (one.currency.to_string(), one.month.to_string(), opening, closing)
            })
            .collect();
        let expected = [
            ("IDR", "2026-10-01", 0, 0),
            ("IDR", "2026-11-01", 0, 50_000),
            ("IDR", "2026-12-01", 50_000, 50_000),
            ("USD", "2026-10-01", 8, 18),
            ("USD", "2026-11-01", 18, 18),
            ("USD", "2026-12-01", 18, 118),
        ];
        let expected = expected
            .map(|(currency, month, opening, closing)| (currency.to_owned(), month.to_owned(), opening, closing));
        let sorted = |mut all: Vec<_>| {
            all.sort();
            all
        };
        assert_eq!(sorted(seen), sorted(expected.to_vec()));
    }

    proptest! {
        #[test]
        fn the_months_are_those_of_the_days(
            changes in prop::collection::btree_map(0_i32..200, -1_000_i64..1_000, 0..30),
            from in 0_i32..100,
            length in 0_i32..100,
        ) {
            let day = |offset: i32| date(2026, 9, 1).checked_add(jiff::ToSpan::days(offset)).unwrap();
            let (from, to) = (day(from), day(from + length));
            let days: Vec<_> = changes.iter().map(|(on, revenue)| row(day(*on), Currency::USD, *revenue)).collect();
            let days: Vec<_> = days.into_iter().filter(|row| row.day <= to).collect();
            let rollups = Rollups { days, ..Rollups::default() };
            let report = AnalyticsReport::of(rollups.clone(), from, to).unwrap().unwrap();
            let months = rollups.months(from, to).unwrap();
            let whole = report.ranges.first();
            prop_assert_eq!(months.first().map(|one| one.opening), whole.map(|range| range.opening));
            prop_assert_eq!(months.last().map(|one| one.closing), whole.map(|range| range.closing));
            let moved = months.iter().try_fold(Figures::default(), |sum, one| sum.plus(one.figures)).unwrap();
            prop_assert_eq!(moved, whole.map(|range| range.figures).unwrap_or_default());
        }
    }
}
