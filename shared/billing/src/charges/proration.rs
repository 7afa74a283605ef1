//! Parts of a period: by calendar days of the subscriber, each rounded half away from zero, and a change of price between
//! them as a credit and a charge.

use kernel::{Date, Money, MoneyError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Period, Stretch};

/// So many days, or seconds, of a whole interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// How many.
    #[serde(rename = "days")]
    pub part: u32,
    /// How many the interval has.
    pub of: u32,
    /// Of what.
    #[serde(default, skip_serializing_if = "Proration::is_by_day")]
    pub unit: Proration,
}

/// What a part of a period is counted in when a plan is changed or left within it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Proration {
    /// Days of the subscriber's calendar: the day of a change has what was changed to, the day of a stop still counts.
    #[default]
    Day,
    /// Seconds, by the wall clock in the subscriber's zone.
    Second,
}

impl Proration {
    /// Whether days are counted.
    pub const fn is_by_day(&self) -> bool {
        matches!(self, Self::Day)
    }
}

/// What a change of price costs from a day of a period on. Both are of the days that are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceChange {
    /// What was paid for them at the old price, to be given back: not above zero.
    pub credit: Money,
    /// What they cost at the new price.
    pub charge: Money,
}

impl Share {
    /// So many days of an interval's.
    pub const fn days(part: u32, of: u32) -> Self {
        Self { part, of, unit: Proration::Day }
    }

    /// The days of `part` in the interval `whole`; its seconds, where it is not made of whole days.
    pub fn of(part: impl Into<Stretch>, whole: Period) -> Self {
        let (part, whole) = (part.into(), Stretch::from(whole));
        let count = |count: i64| u32::try_from(count).unwrap_or(0);
        if part.is_of_days() {
            return Self::days(count(part.days().days()), count(whole.days().days()));
        }
        Self { part: count(part.seconds()), of: count(whole.seconds()), unit: Proration::Second }
    }

    /// Whether it is all of the interval.
    pub const fn is_whole(self) -> bool {
        self.part == self.of
    }

    /// The part of an amount.
    ///
    /// # Errors
    /// `Overflow`, `DivisionByZero` for an interval without days.
    pub fn part(self, amount: Money) -> Result<Money, MoneyError> {
        amount.times_ratio_half_away_from_zero(i64::from(self.part), i64::from(self.of))
    }

    /// The part of an amount, rounded towards zero.
    ///
    /// # Errors
    /// `Overflow`, `DivisionByZero` for an interval without days.
    pub fn part_rounded_down(self, amount: Money) -> Result<Money, MoneyError> {
        let product = i128::from(amount.minor()) * i128::from(self.part);
        let minor = product.checked_div(i128::from(self.of)).ok_or(MoneyError::DivisionByZero)?;
        i64::try_from(minor).map(|minor| Money::new(minor, amount.currency())).map_err(|_| MoneyError::Overflow)
    }

    /// The part of a number of units, half up.
    pub fn units(self, units: u64) -> u64 {
        if self.of == 0 {
            return units;
        }
        let (part, of) = (u128::from(self.part), u128::from(self.of));
        u64::try_from((u128::from(units) * part * 2 + of) / (of * 2)).unwrap_or(u64::MAX)
    }
}

/// Splits the price of a period over consecutive parts of it by their days, without losing a unit.
///
/// # Errors
/// `DivisionByZero` when no part has a day.
pub fn split_by_days(amount: Money, parts: &[Period]) -> Result<Vec<Money>, MoneyError> {
    amount.allocate(&parts.iter().map(|part| u64::try_from(part.days()).unwrap_or(0)).collect::<Vec<_>>())
}

/// A change of price on a day of a period that is paid for at the old price. `None` when no day is left.
///
/// # Errors
/// `Overflow`.
pub fn price_change(old: Money, new: Money, period: Period, on: Date) -> Result<Option<PriceChange>, MoneyError> {
    let left = Period { start: on.max(period.start), end: period.end };
    if left.start >= left.end {
        return Ok(None);
    }
    let share = Share::of(left, period);
    Ok(Some(PriceChange { credit: share.part(old)?.negated()?, charge: share.part(new)? }))
}

/// How much of a credit may be given: not more than was paid, nor than is left of it after former credits, never below zero.
///
/// # Errors
/// `CurrencyMismatch`, `Overflow`.
pub fn capped_credit(potential: Money, paid: Money, given_before: Money) -> Result<Money, MoneyError> {
    let left = paid.checked_sub(given_before)?;
    potential.checked_sub(paid)?;
    let capped = potential.minor().min(paid.minor()).min(left.minor()).max(0);
    Ok(Money::new(capped, potential.currency()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;
    use crate::{Calendar, Interval};

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    fn period(start: Date, end: Date) -> Period {
        Period { start, end }
    }

    /// Credit and charge of a change.
    fn change(old: i64, new: i64, period: Period, on: Date) -> (i64, i64) {
        let change = price_change(usd(old), usd(new), period, on).unwrap().unwrap();
        (change.credit.minor(), change.charge.minor())
    }

    fn part(amount: i64, days: u32, of: u32) -> i64 {
        Share::days(days, of).part(usd(amount)).unwrap().minor()
    }

    // The cases R of docs/rules/billing.md, by their numbers.
    #[test]
    fn r1_an_upgrade_and_its_reverse_cancel_out() {
        let january = period(date(2026, 1, 1), date(2026, 2, 1));
        let on = date(2026, 1, 16);
        let (one, two) = (change(2_900, 9_900, january, on), change(1_000, 2_500, january, on));
        assert_eq!((one, two), ((-1_497, 5_110), (-516, 1_290)));
        assert_eq!(one.0 + one.1 + two.0 + two.1, 4_387);
        let back = (change(9_900, 2_900, january, on), change(2_500, 1_000, january, on));
        assert_eq!(back.0.0 + back.0.1 + back.1.0 + back.1.1, -4_387);
    }

    #[test]
    fn r2_with_seats() {
        let january = period(date(2026, 1, 1), date(2026, 2, 1));
        let on = date(2026, 1, 16);
        let (plan, seats) = (change(2_900, 9_900, january, on), change(5_000, 12_500, january, on));
        assert_eq!((plan, seats), ((-1_497, 5_110), (-2_581, 6_452)));
        assert_eq!(plan.0 + plan.1 + seats.0 + seats.1, 7_484);
    }

    #[test]
    fn r4_r16_r20_parts_of_an_interval() {
        assert_eq!(part(9_000, 85, 92), 8_315);
        assert_eq!(part(91_000, 32, 91), 32_000);
        assert_eq!(part(200_000, 26, 29), 179_310);
    }

    #[test]
    fn r5_a_change_at_the_start_is_full_and_at_the_end_nothing() {
        let month = period(date(2026, 1, 1), date(2026, 1, 31));
        assert_eq!(change(10_000, 20_000, month, date(2026, 1, 16)), (-5_000, 10_000));
        assert_eq!(change(10_000, 20_000, month, date(2026, 1, 1)), (-10_000, 20_000));
        assert_eq!(price_change(usd(10_000), usd(20_000), month, date(2026, 1, 31)), Ok(None));
    }

    #[test]
    fn r7_r8_within_a_month() {
        let june = period(date(2026, 6, 1), date(2026, 7, 1));
        assert_eq!(change(10_000, 30_000, june, date(2026, 6, 11)), (-6_667, 20_000));
        let leap = period(date(2024, 2, 18), date(2024, 3, 18));
        assert_eq!(change(10_000, 30_000, leap, date(2024, 2, 25)), (-7_586, 22_759));
    }

    #[test]
    fn r10_within_a_year_with_and_without_a_leap_day() {
        for (year, expected) in [(2024, (-45_355, 136_066)), (2023, (-45_479, 136_438))] {
            let year_of = period(date(year, 2, 18), date(year + 1, 2, 18));
            assert_eq!(change(100_000, 300_000, year_of, date(year, 9, 5)), expected);
        }
    }

    #[test]
    fn r11_r17_from_monthly_to_yearly() {
        // The month is given back by its days; the year is a whole one, or up to the anchor.
        let june = period(date(2026, 6, 1), date(2026, 7, 1));
        assert_eq!(change(10_000, 0, june, date(2026, 6, 16)).0, -5_000);
        let september = period(date(2023, 8, 29), date(2023, 9, 29));
        assert_eq!(change(1_000, 0, september, date(2023, 9, 28)).0, -32);
        assert_eq!(part(12_000, 275, 366), 9_016);
    }

    #[test]
    fn r13_fewer_and_cheaper_seats() {
        assert_eq!((part(10_000, 17, 31), part(3_000, 17, 31)), (5_484, 1_645));
    }

    #[test]
    fn r14_no_more_is_given_back_than_was_paid() {
        let capped = |potential, paid, before| capped_credit(usd(potential), usd(paid), usd(before)).unwrap().minor();
        assert_eq!(capped(18_000, 20_000, 5_000), 15_000);
        assert_eq!((capped(18_000, 0, 0), capped(18_000, 5_000, 9_000), capped(100, 200, 0)), (0, 0, 100));
    }

    #[test]
    fn r19_what_is_left_after_a_trial() {
        assert_eq!((part(5_000_000, 17, 31), part(10_000_000, 14, 31)), (2_741_935, 4_516_129));
    }

    #[test]
    fn r23_a_part_a_whole_and_a_part() {
        let calendar = Calendar::new(date(2011, 1, 31), date(2011, 2, 7), Interval::MONTH);
        let shares: Vec<_> = (0..3)
            .map(|index| {
                let this = calendar.period(index).unwrap();
                let cut = Period { end: this.end.min(date(2011, 3, 10)), ..this };
                let share = Share::of(cut, calendar.whole(index).unwrap());
                (share.part, share.of)
            })
            .collect();
        assert_eq!(shares, [(7, 31), (28, 28), (3, 31)]);
    }

    #[test]
    fn r25_a_discount_shrinks_what_is_prorated() {
        assert_eq!(part(10_000 - 2_500, 15, 30), 3_750);
    }

    #[test]
    fn r26_half_way_from_ten_to_twenty() {
        let june = period(date(2026, 6, 1), date(2026, 7, 1));
        assert_eq!(change(1_000, 2_000, june, date(2026, 6, 16)), (-500, 1_000));
    }

    #[test]
    fn units_of_a_part_are_rounded_half_up() {
        assert_eq!(Share::days(31, 31).units(1_000), 1_000);
        assert_eq!((Share::days(15, 30).units(5), Share::days(10, 31).units(1_000)), (3, 323));
    }

    proptest! {
        #[test]
        fn p4_any_split_of_a_period_costs_the_whole(
            amount in 0_i64..100_000_000, cuts in prop::collection::btree_set(1_i64..31, 0..6),
        ) {
            let start = date(2026, 1, 1);
            let days: Vec<i64> = [0].into_iter().chain(cuts).chain([31]).collect();
            let at = |day: i64| start.checked_add(jiff::Span::new().days(day)).unwrap();
            let parts: Vec<Period> = days.windows(2).map(|pair| period(at(pair[0]), at(pair[1]))).collect();
            let split = split_by_days(usd(amount), &parts).unwrap();
            prop_assert_eq!(split.iter().map(|part| part.minor()).sum::<i64>(), amount);
            prop_assert!(split.iter().all(|part| (0..=amount).contains(&part.minor())));
        }

        #[test]
        fn p5_there_and_back_nets_nothing(old in 0_i64..10_000_000, new in 0_i64..10_000_000, day in 0_i64..31) {
            let january = period(date(2026, 1, 1), date(2026, 2, 1));
            let on = january.start.checked_add(jiff::Span::new().days(day)).unwrap();
            let (there, back) = (change(old, new, january, on), change(new, old, january, on));
            prop_assert_eq!(there.0 + there.1 + back.0 + back.1, 0);
        }
    }
}
