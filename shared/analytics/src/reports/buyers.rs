//! Who bought: new ones, all of them, those who came back, and cohorts.

use std::collections::BTreeMap;

use kernel::Date;

use crate::{
    BuyerDay, CohortCell, DayRange, Distinct, SalesInterval, Sketch,
    buyers::{COHORT_MONTHS, months_between},
};

/// The buyers of a part of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuyerFigures {
    /// Its days.
    pub days: DayRange,
    /// How many different ones bought.
    pub active: Distinct,
    /// How many bought for the first time.
    pub new: i64,
    /// How many had bought before: those who are active and not new.
    pub returning: i64,
}

/// The buyers of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuyersReport {
    /// Of all days.
    pub total: BuyerFigures,
    /// Of each part of the range, oldest first.
    pub buckets: Vec<BuyerFigures>,
}

/// Those who bought for the first time in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuyerCohort {
    /// The first day of that month.
    pub month: Date,
    /// How many of them bought in that month, in the next, and so on up to the twelfth after it, as far as `until`.
    pub buyers: Vec<i64>,
}

impl BuyersReport {
    /// What the buyers of days come to, in parts. Rows of other days are left out.
    pub fn of(rows: &[BuyerDay], range: DayRange, interval: SalesInterval) -> Self {
        let parts = range.parts(interval);
        let figures = |days: DayRange| BuyerFigures::of(rows, days);
        Self { total: figures(range), buckets: parts.into_iter().map(figures).collect() }
    }
}

impl BuyerFigures {
    /// The buyers of some days.
    pub fn of(rows: &[BuyerDay], days: DayRange) -> Self {
        let (mut all, mut new) = (Sketch::default(), 0_i64);
        // Rows are in the order of their days, which a part is found in at once.
        let begin = rows.partition_point(|row| row.day < days.from());
        for row in rows.iter().skip(begin).take_while(|row| row.day <= days.to()) {
            all.unite(&row.buyers);
            new = new.saturating_add(row.first);
        }
        let active = all.count();
        // An estimate may be below the number of those who are new.
        let active = match active {
            Distinct::About(about) => Distinct::About(about.max(new)),
            Distinct::Exactly(_) => active,
        };
        Self { days, active, new, returning: (active.number() - new).max(0) }
    }
}

/// The cohorts of these cells, oldest first, each up to the month of `until`.
pub fn cohorts(cells: &[CohortCell], until: Date) -> Vec<BuyerCohort> {
    let mut by_month: BTreeMap<Date, BTreeMap<i32, i64>> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.buyers != 0) {
        let after = months_between(cell.first, cell.month);
        by_month.entry(cell.first.first_of_month()).or_default().insert(after, cell.buyers);
    }
    let cohort = |(month, counts): (Date, BTreeMap<i32, i64>)| {
        let last = months_between(month, until).clamp(0, COHORT_MONTHS);
        BuyerCohort { month, buyers: (0..=last).map(|after| counts.get(&after).copied().unwrap_or_default()).collect() }
    };
    by_month.into_iter().map(cohort).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn bought(on: &str, first: i64, hashes: &[u64]) -> BuyerDay {
        let mut buyers = Sketch::default();
        for hash in hashes {
            buyers.insert(*hash);
        }
        BuyerDay { day: day(on), first, buyers, version: 1 }
    }

    #[test]
    fn who_buys_on_two_days_is_one_buyer_of_both() {
        let rows = [bought("2026-12-01", 2, &[1, 2]), bought("2026-12-02", 1, &[2, 3]), bought("2026-12-09", 0, &[3])];
        let range = DayRange::new(day("2026-12-01"), day("2026-12-10")).unwrap();
        let report = BuyersReport::of(&rows, range, SalesInterval::Week);
        let shown = |figures: BuyerFigures| (figures.active, figures.new, figures.returning);
        assert_eq!(shown(report.total), (Distinct::Exactly(3), 3, 0));
        let weeks: Vec<_> = report.buckets.into_iter().map(shown).collect();
        assert_eq!(weeks, [(Distinct::Exactly(3), 3, 0), (Distinct::Exactly(1), 0, 1)]);
        let later = DayRange::new(day("2026-12-02"), day("2026-12-02")).unwrap();
        assert_eq!(shown(BuyerFigures::of(&rows, later)), (Distinct::Exactly(2), 1, 1));
    }

    #[test]
    fn a_cohort_is_shown_up_to_the_present_month() {
        let cell = |first: &str, month: &str, buyers| CohortCell { first: day(first), month: day(month), buyers };
        let cells = [
            cell("2026-10-01", "2026-10-01", 10),
            cell("2026-10-01", "2026-12-01", 4),
            cell("2026-11-01", "2026-11-01", 0),
            cell("2026-12-01", "2026-12-01", 3),
        ];
        let expected = [
            BuyerCohort { month: day("2026-10-01"), buyers: vec![10, 0, 4] },
            BuyerCohort { month: day("2026-12-01"), buyers: vec![3] },
        ];
        assert_eq!(cohorts(&cells, day("2026-12-15")), expected);
        assert_eq!(cohorts(&cells, day("2028-01-01"))[0].buyers.len(), 13);
    }
}
