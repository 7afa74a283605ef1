//! What is known of one buyer: since when, and in which months.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{CustomerId, Date};
use serde::{Deserialize, Serialize};

/// In how many months after the first a cohort is looked at.
pub const COHORT_MONTHS: i32 = 12;

/// When a customer bought, as far as cohorts need it. A change raises `version` by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShopBuyer {
    /// Who.
    pub customer: CustomerId,
    /// The first day.
    pub first: Date,
    /// The first days of the months in which something was bought, up to twelve months after the first.
    pub months: BTreeSet<Date>,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// What a day on which somebody bought changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuyerChange {
    /// The buyer afterwards.
    pub buyer: ShopBuyer,
    /// How many more have each of these days as their first.
    pub firsts: BTreeMap<Date, i64>,
    /// How many more of those whose first month is the first one bought in the second.
    pub cohorts: BTreeMap<(Date, Date), i64>,
}

impl ShopBuyer {
    /// The buyer with one day more, which may be before others that are known; `None` when that changes nothing.
    pub fn on(before: Option<&Self>, customer: CustomerId, day: Date) -> Option<BuyerChange> {
        let first = before.map_or(day, |before| before.first.min(day));
        let mut months = before.map(|before| before.months.clone()).unwrap_or_default();
        months.insert(day.first_of_month());
        months.retain(|month| months_between(first, *month) <= COHORT_MONTHS);
        let version = before.map_or(0, |before| before.version) + 1;
        let buyer = Self { customer, first, months, version };
        if before.is_some_and(|before| before.first == buyer.first && before.months == buyer.months) {
            return None;
        }
        let (mut firsts, mut cohorts) = (BTreeMap::new(), BTreeMap::new());
        let sides = before.into_iter().map(|before| (before, -1)).chain([(&buyer, 1)]);
        for (side, more) in sides {
            *firsts.entry(side.first).or_default() += more;
            for month in &side.months {
                *cohorts.entry((side.first.first_of_month(), *month)).or_default() += more;
            }
        }
        firsts.retain(|_, more: &mut i64| *more != 0);
        cohorts.retain(|_, more: &mut i64| *more != 0);
        Some(BuyerChange { buyer, firsts, cohorts })
    }
}

/// How many calendar months a day is after another.
pub(crate) fn months_between(first: Date, later: Date) -> i32 {
    let months = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
    months(later) - months(first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn who() -> CustomerId {
        "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()
    }

    #[test]
    fn a_first_day_that_is_heard_of_late_moves_the_cohort() {
        let change = ShopBuyer::on(None, who(), day("2026-12-05")).unwrap();
        assert_eq!(change.firsts, BTreeMap::from([(day("2026-12-05"), 1)]));
        assert_eq!(ShopBuyer::on(Some(&change.buyer), who(), day("2026-12-06")), None);
        let late = ShopBuyer::on(Some(&change.buyer), who(), day("2026-11-30")).unwrap();
        assert_eq!(late.firsts, BTreeMap::from([(day("2026-11-30"), 1), (day("2026-12-05"), -1)]));
        let (november, december) = (day("2026-11-01"), day("2026-12-01"));
        let expected = [((november, november), 1), ((november, december), 1), ((december, december), -1)];
        assert_eq!(late.cohorts, BTreeMap::from(expected));
    }

    proptest! {
        /// In whatever order, and however often: the sums are those of the days alone.
        #[test]
        fn the_order_of_days_is_nothing(days in prop::collection::vec(0_i32..900, 1..12), seed in any::<u64>()) {
            let start = day("2026-01-01");
            let all: Vec<Date> = days.iter().map(|after| start.checked_add(jiff::Span::new().days(*after)).unwrap()).collect();
            let sums = |days: &[Date]| {
                let (mut known, mut firsts, mut cohorts) = (None, BTreeMap::new(), BTreeMap::new());
                for day in days {
                    let Some(change) = ShopBuyer::on(known.as_ref(), who(), *day) else { continue };
                    change.firsts.iter().for_each(|(day, more)| *firsts.entry(*day).or_insert(0_i64) += more);
                    change.cohorts.iter().for_each(|(place, more)| *cohorts.entry(*place).or_insert(0_i64) += more);
                    known = Some(change.buyer);
                }
                firsts.retain(|_, sum| *sum != 0);
                cohorts.retain(|_, sum| *sum != 0);
                (firsts, cohorts)
            };
            let first = *all.iter().min().unwrap();
            let kept = all.iter().map(|day| day.first_of_month());
            let kept: BTreeSet<Date> = kept.filter(|month| months_between(first, *month) <= COHORT_MONTHS).collect();
            let expected: BTreeMap<(Date, Date), i64> =
                kept.into_iter().map(|month| ((first.first_of_month(), month), 1)).collect();
            let mut shuffled = all.clone();
            let turn = usize::try_from(seed % 12).unwrap() % shuffled.len();
            shuffled.rotate_left(turn);
            shuffled.extend(all.iter().copied());
            prop_assert_eq!(sums(&shuffled), (BTreeMap::from([(first, 1)]), expected));
        }
    }
}
