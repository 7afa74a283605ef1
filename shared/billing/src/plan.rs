//! Plans: immutable versions of prices, features and quotas, all of it data.

use std::{collections::BTreeMap, fmt, str::FromStr};

use kernel::{Currency, Fault, Kind, Money, MoneyError};
use serde::{Deserialize, Serialize};

use crate::Interval;

/// Why a plan or a price of it cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The text is no plan key.
    #[error("use 2 to 40 of A-Z, 0-9 and _, beginning with a letter")]
    BadKey,
    /// The text is no feature.
    #[error("use 1 to 40 of a-z, 0-9 and _, beginning with a letter")]
    BadFeature,
    /// There is no plan of this key.
    #[error("there is no plan {0}")]
    NotFound(PlanKey),
    /// The plan has no price in this currency and cycle.
    #[error("plan {key} is not offered in {currency} per {interval}")]
    NotOffered {
        /// Which plan.
        key: PlanKey,
        /// In which currency.
        currency: Currency,
        /// How often.
        interval: Interval,
    },
}

impl Fault for PlanError {
    fn kind(&self) -> Kind {
        match self {
            Self::BadKey | Self::BadFeature | Self::NotOffered { .. } => Kind::Invalid,
            Self::NotFound(_) => Kind::NotFound,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::BadKey => "INVALID_PLAN_KEY",
            Self::BadFeature => "INVALID_FEATURE",
            Self::NotFound(_) => "PLAN_NOT_FOUND",
            Self::NotOffered { .. } => "PLAN_NOT_OFFERED",
        }
    }
}

/// The name of a plan in the API, such as `PREMIUM`: `^[A-Z][A-Z0-9_]{1,39}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(try_from = "String", into = "String")]
pub struct PlanKey(String);

/// What is counted, such as `predictions`: `^[a-z][a-z0-9_]{0,39}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(try_from = "String", into = "String")]
pub struct Feature(String);

/// How much of something a plan allows; -1 on the wire is unlimited.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(from = "i64", into = "i64")]
pub enum Quota {
    /// As much as wanted.
    Unlimited,
    /// At most this much.
    AtMost(u32),
}

/// A price per block of units: `{"amount":{"amount":300,"currency":"IDR"},"per":1}` is Rp300 for each unit.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct UnitPrice {
    /// What `per` units cost.
    pub amount: Money,
    /// How many units that is; at least 1.
    pub per: u32,
}

/// Something that is billed by use beyond what the base fee includes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct MeteredPrice {
    /// What is counted.
    pub feature: Feature,
    /// What it is called on an invoice.
    pub name: String,
    /// How many units of a period the base fee covers.
    pub included: u64,
    /// The price of the units beyond.
    pub price: UnitPrice,
}

/// What a plan costs in one currency and cycle, without tax.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct PlanPrice {
    /// The currency, which is that of all amounts here.
    pub currency: Currency,
    /// How often it is billed.
    pub interval: Interval,
    /// The fee of every period.
    pub base: Money,
    /// What is billed by use.
    pub metered: Vec<MeteredPrice>,
}

/// One version of a plan. A version is never changed, so that what was sold stays known.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The name in the API.
    pub key: PlanKey,
    /// From 1 up.
    pub version: u32,
    /// The name for people, and on invoices.
    pub name: String,
    /// What it entitles to.
    pub features: Vec<String>,
    /// What may be counted against a subscription to it, whether or not it is billed.
    pub meters: Vec<Feature>,
    /// How much of what it allows, such as `predictionsPerMonth`.
    pub quotas: BTreeMap<String, Quota>,
    /// How many days are free before the first period; 0 for none.
    pub trial_days: u16,
    /// Its prices.
    pub prices: Vec<PlanPrice>,
}

/// Which version of which plan.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug)]
pub struct PlanRef {
    /// The plan.
    pub key: PlanKey,
    /// Its version.
    pub version: u32,
}

impl Plan {
    /// This version.
    pub fn reference(&self) -> PlanRef {
        PlanRef { key: self.key.clone(), version: self.version }
    }

    /// Its price in this currency and cycle.
    ///
    /// # Errors
    /// `NotOffered`.
    pub fn price(&self, currency: Currency, interval: Interval) -> Result<&PlanPrice, PlanError> {
        let offered = self.prices.iter().find(|price| price.currency == currency && price.interval == interval);
        offered.ok_or_else(|| PlanError::NotOffered { key: self.key.clone(), currency, interval })
    }
}

impl MeteredPrice {
    /// What `used` units of one period cost in all: the units beyond the included ones, rounded half away from zero.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn cost(&self, used: u64) -> Result<Money, MoneyError> {
        let billable = i64::try_from(self.billable(used)).map_err(|_| MoneyError::Overflow)?;
        self.price.amount.times_ratio_half_away_from_zero(billable, i64::from(self.price.per))
    }

    /// What `more` units add when `used` units of their period are billed already, so that any split of a period's
    /// units costs the same in all.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn cost_of_more(&self, used: u64, more: u64) -> Result<Money, MoneyError> {
        let all = used.checked_add(more).ok_or(MoneyError::Overflow)?;
        self.cost(all)?.checked_sub(self.cost(used)?)
    }

    /// How many of `used` units are not included.
    pub const fn billable(&self, used: u64) -> u64 {
        used.saturating_sub(self.included)
    }
}

impl PlanKey {
    /// A key that stands in the code; a test reads all of them back.
    pub(crate) fn known(text: &'static str) -> Self {
        Self(text.to_owned())
    }
}

impl Feature {
    /// A feature that stands in the code; a test reads all of them back.
    pub(crate) fn known(text: &'static str) -> Self {
        Self(text.to_owned())
    }
}

impl FromStr for PlanKey {
    type Err = PlanError;

    fn from_str(text: &str) -> Result<Self, PlanError> {
        let fits = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        let named = text.starts_with(|first: char| first.is_ascii_uppercase());
        if named && (2..=40).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PlanError::BadKey)
        }
    }
}

impl FromStr for Feature {
    type Err = PlanError;

    fn from_str(text: &str) -> Result<Self, PlanError> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let named = text.starts_with(|first: char| first.is_ascii_lowercase());
        if named && text.len() <= 40 && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PlanError::BadFeature)
        }
    }
}

impl TryFrom<String> for PlanKey {
    type Error = PlanError;

    fn try_from(text: String) -> Result<Self, PlanError> {
        text.parse()
    }
}

impl TryFrom<String> for Feature {
    type Error = PlanError;

    fn try_from(text: String) -> Result<Self, PlanError> {
        text.parse()
    }
}

impl From<PlanKey> for String {
    fn from(key: PlanKey) -> Self {
        key.0
    }
}

impl From<Feature> for String {
    fn from(feature: Feature) -> Self {
        feature.0
    }
}

impl fmt::Display for PlanKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<i64> for Quota {
    fn from(wire: i64) -> Self {
        u32::try_from(wire).map_or(Self::Unlimited, Self::AtMost)
    }
}

impl From<Quota> for i64 {
    fn from(quota: Quota) -> Self {
        match quota {
            Quota::Unlimited => -1,
            Quota::AtMost(most) => Self::from(most),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn metered(minor: i64, per: u32, included: u64) -> MeteredPrice {
        let price = UnitPrice { amount: Money::new(minor, Currency::USD), per };
        MeteredPrice { feature: Feature::known("predictions"), name: "Predictions".to_owned(), included, price }
    }

    #[test]
    fn only_units_beyond_the_included_ones_cost() {
        let price = metered(2, 1, 200);
        let cost = |used| price.cost(used).unwrap().minor();
        assert_eq!([cost(0), cost(200), cost(201), cost(1_200)], [0, 0, 2, 2_000]);
    }

    #[test]
    fn a_part_of_a_block_is_rounded_half_away_from_zero() {
        let price = metered(100, 1_000, 0);
        let cost = |used| price.cost(used).unwrap().minor();
        assert_eq!([cost(4), cost(5), cost(14), cost(15)], [0, 1, 1, 2]);
        assert_eq!(metered(i64::MAX, 1, 0).cost(2), Err(MoneyError::Overflow));
        assert_eq!(metered(1, 1, 0).cost(u64::MAX), Err(MoneyError::Overflow));
    }

    #[test]
    fn keys_and_features_have_one_spelling() {
        for good in ["FREE", "A1", "PLAN_2"] {
            assert!(good.parse::<PlanKey>().is_ok(), "{good}");
        }
        for bad in ["", "A", "free", "1A", "_A", "A B", "A#B", "PRÉMIUM", &"A".repeat(41)] {
            assert_eq!(bad.parse::<PlanKey>(), Err(PlanError::BadKey), "{bad}");
        }
        for bad in ["", "Predictions", "1a", "a-b", "a#b", "a.b", &"a".repeat(41)] {
            assert_eq!(bad.parse::<Feature>(), Err(PlanError::BadFeature), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn splitting_the_units_of_a_period_changes_no_cent(
            minor in 0_i64..10_000, per in 1_u32..1_000, included in 0_u64..2_000,
            first in 0_u64..5_000, second in 0_u64..5_000,
        ) {
            // P9
            let price = metered(minor, per, included);
            let split = price.cost(first).unwrap().checked_add(price.cost_of_more(first, second).unwrap()).unwrap();
            prop_assert_eq!(split, price.cost(first + second).unwrap());
            prop_assert!(!price.cost_of_more(first, second).unwrap().is_negative());
        }
    }
}
