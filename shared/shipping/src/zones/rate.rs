//! What the tenant itself takes for sending something.

use kernel::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{DeliveryDays, ServiceCode, ShippingError, ShippingLine, bounds::STEPS_MAX};

/// A way of sending that a zone offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ZoneRate {
    /// Its short name, once in its zone.
    pub code: ServiceCode,
    /// What it is called.
    pub name: ShippingLine,
    /// What it costs.
    pub price: RatePrice,
    /// How long it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<DeliveryDays>,
}

/// What a way of sending costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum RatePrice {
    /// The same for everything.
    Flat {
        /// So much.
        price: Money,
    },
    /// By weight.
    ByWeight {
        /// Up to which weight it costs how much, in the order of the weights.
        #[schema(min_items = 1, max_items = 20)]
        steps: Vec<WeightStep>,
        /// What each kilogram beyond the last step costs; what is heavier is not sent when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(rename = "eachKilogramBeyond")]
        each_kilogram_beyond: Option<Money>,
    },
}

/// A step of a table by weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WeightStep {
    /// Up to so many charged kilograms, included.
    #[schema(minimum = 1, maximum = 10_000, example = 5)]
    pub up_to_kilograms: u32,
    /// It costs this.
    pub price: Money,
}

impl ZoneRate {
    /// Whether it can be worked with.
    ///
    /// # Errors
    /// `Zones`.
    pub(crate) fn check(&self) -> Result<(), ShippingError> {
        if self.days.is_some_and(|days| !days.is_sound()) {
            return Err(ShippingError::Zones("a delivery takes 0 to 365 days, the shorter time first"));
        }
        self.price.check()
    }
}

impl RatePrice {
    fn check(&self) -> Result<(), ShippingError> {
        let prices: Vec<Money> = match self {
            Self::Flat { price } => vec![*price],
            Self::ByWeight { steps, each_kilogram_beyond } => {
                let grows = steps.is_sorted_by(|one, next| one.up_to_kilograms < next.up_to_kilograms);
                let bounded = (1..=STEPS_MAX).contains(&steps.len());
                if !grows || !bounded || steps.iter().any(|step| !(1..=10_000).contains(&step.up_to_kilograms)) {
                    return Err(ShippingError::Zones("a table has 1 to 20 steps of 1 to 10000 kg, lighter ones first"));
                }
                steps.iter().map(|step| step.price).chain(*each_kilogram_beyond).collect()
            }
        };
        if prices.iter().any(|price| !(0..=MOST).contains(&price.minor())) {
            return Err(ShippingError::Zones("a price is between nothing and 1000000000000"));
        }
        if prices.windows(2).any(|two| two.first().map(|one| one.currency()) != two.last().map(|one| one.currency())) {
            return Err(ShippingError::Zones("all prices of a rate are in one currency"));
        }
        Ok(())
    }

    /// What so many charged kilograms cost; nothing where they are too heavy.
    pub(crate) fn of(&self, kilograms: u32) -> Option<Money> {
        match self {
            Self::Flat { price } => Some(*price),
            Self::ByWeight { steps, each_kilogram_beyond } => {
                if let Some(step) = steps.iter().find(|step| kilograms <= step.up_to_kilograms) {
                    return Some(step.price);
                }
                let (last, each) = (steps.last()?, (*each_kilogram_beyond)?);
                let beyond = i64::from(kilograms - last.up_to_kilograms);
                let beyond = Money::new(each.minor().checked_mul(beyond)?, each.currency());
                last.price.checked_add(beyond).ok()
            }
        }
    }
}

/// The largest price, in minor units.
const MOST: i64 = 1_000_000_000_000;

#[cfg(test)]
pub(crate) mod tests {
    use kernel::Currency;

    use super::*;

    fn idr(amount: i64) -> Money {
        Money::new(amount, Currency::IDR)
    }

    /// Up to 1 kg 9,000, up to 5 kg 20,000, and 5,000 for each kilogram more.
    pub(crate) fn table() -> RatePrice {
        let step = |up_to_kilograms, price| WeightStep { up_to_kilograms, price: idr(price) };
        RatePrice::ByWeight { steps: vec![step(1, 9_000), step(5, 20_000)], each_kilogram_beyond: Some(idr(5_000)) }
    }

    #[test]
    fn a_table_is_read_at_its_edges() {
        for (kilograms, price) in [(1, 9_000), (2, 20_000), (5, 20_000), (6, 25_000), (200_000_000, 999_999_995_000)] {
            assert_eq!(table().of(kilograms), Some(idr(price)), "{kilograms}");
        }
        let RatePrice::ByWeight { steps, .. } = table() else { panic!() };
        let bounded = RatePrice::ByWeight { steps, each_kilogram_beyond: None };
        assert_eq!((bounded.of(5), bounded.of(6)), (Some(idr(20_000)), None));
        assert_eq!(RatePrice::Flat { price: idr(0) }.of(7), Some(idr(0)));
    }

    #[test]
    fn a_table_that_makes_no_sense_is_refused() {
        assert_eq!(table().check(), Ok(()));
        let step = |up_to_kilograms, price| WeightStep { up_to_kilograms, price };
        let of = |steps| RatePrice::ByWeight { steps, each_kilogram_beyond: None };
        for bad in [
            of(vec![]),
            of(vec![step(5, idr(1)), step(5, idr(2))]),
            of(vec![step(5, idr(1)), step(1, idr(2))]),
            of(vec![step(0, idr(1))]),
            of(vec![step(10_001, idr(1))]),
            of((1..=21).map(|kg| step(kg, idr(1))).collect()),
            of(vec![step(1, idr(1)), step(2, Money::new(1, Currency::USD))]),
            RatePrice::Flat { price: idr(-1) },
            RatePrice::Flat { price: idr(i64::MAX) },
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
    }
}
