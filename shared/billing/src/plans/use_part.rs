//! The part of an interval whose use is priced, and how the units in it were counted.

use kernel::{Money, MoneyError};

use crate::{Aggregation, Share};

/// A part of an interval, with units counted in one way.
///
/// What adds up is shared by days: a part of the interval includes its part of the units. The largest or the latest quantity
/// does not become less because a period is short: it is held against all units that are included, and what is beyond
/// costs the part's share of the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsePart {
    /// Which part of the interval.
    pub share: Share,
    /// How its units were counted.
    pub counted: Aggregation,
}

impl UsePart {
    /// How many of the units that a whole interval includes it includes.
    pub(crate) fn included(self, of_whole: u64) -> u64 {
        if self.is_of_level() { of_whole } else { self.share.units(of_whole) }
    }

    /// What units beyond the included ones cost in it, by what they cost in a whole interval. A part of a price is rounded
    /// down, so that parts of equal prices never cost more than the whole.
    ///
    /// # Errors
    /// `Overflow`, `DivisionByZero` for an interval without days.
    pub(crate) fn cost(self, in_whole: Money) -> Result<Money, MoneyError> {
        if self.is_of_level() { self.share.part_rounded_down(in_whole) } else { Ok(in_whole) }
    }

    /// The share that a cost of it is of; `None` where the cost is that of the units as they are.
    pub(crate) fn priced_share(self) -> Option<Share> {
        (self.is_of_level() && !self.share.is_whole()).then_some(self.share)
    }

    const fn is_of_level(self) -> bool {
        match self.counted {
            Aggregation::Max | Aggregation::Latest => true,
            Aggregation::Count | Aggregation::Sum | Aggregation::Unique => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;
    use crate::{Feature, MeteredPrice, Pricing, UnitPrice};

    fn price(minor: i64, included: u64) -> MeteredPrice {
        let amount = Money::new(minor, Currency::USD);
        let pricing = Pricing::PerUnit { price: UnitPrice { amount, per: 1 } };
        MeteredPrice { feature: Feature::known("users"), name: "Members".to_owned(), included, pricing, minimum: None }
    }

    fn part(days: u32, counted: Aggregation) -> UsePart {
        UsePart { share: Share::days(days, 28), counted }
    }

    fn cost(price: &MeteredPrice, units: u64, part: UsePart) -> i64 {
        price.cost(units, part).unwrap().minor()
    }

    #[test]
    fn members_within_the_plan_cost_nothing_however_short_the_part() {
        for counted in [Aggregation::Max, Aggregation::Latest] {
            let members = price(15_000, 100);
            assert_eq!(cost(&members, 10, part(1, counted)), 0, "{counted:?}");
            assert_eq!(cost(&members, 100, part(1, counted)), 0, "{counted:?}");
            // Two beyond for one of 28 days.
            assert_eq!(cost(&price(1_400, 2), 4, part(1, counted)), 100, "{counted:?}");
            assert_eq!(cost(&price(1_400, 2), 4, part(28, counted)), 2_800, "{counted:?}");
        }
        for counted in [Aggregation::Sum, Aggregation::Count, Aggregation::Unique] {
            // 100 ÷ 28 = 4 are included.
            assert_eq!(cost(&price(15_000, 100), 10, part(1, counted)), 90_000, "{counted:?}");
        }
    }

    proptest! {
        #[test]
        fn parts_of_equal_plans_never_cost_more_than_the_whole(
            minor in 0_i64..100_000, included in 0_u64..200, first in 0_u64..400, second in 0_u64..400, days in 1_u32..28,
        ) {
            let price = price(minor, included);
            let (one, two) = (part(days, Aggregation::Max), part(28 - days, Aggregation::Max));
            let whole = cost(&price, first.max(second), part(28, Aggregation::Max));
            let parts = cost(&price, first, one) + cost(&price, second, two);
            prop_assert!(parts <= whole, "{} > {}", parts, whole);
            // What stays the same costs the same, but for what is rounded down.
            let same = cost(&price, first, one) + cost(&price, first, two);
            prop_assert!(cost(&price, first, part(28, Aggregation::Max)) - same <= 1);
        }
    }
}
