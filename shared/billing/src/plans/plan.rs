//! Plans: immutable versions of prices, features and quotas, all of it data.

use std::{collections::BTreeMap, fmt, str::FromStr};

use allowances::{PlanAccess, RateLimits};
use kernel::{Currency, Fault, FaultKind, Money, MoneyError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Aggregation, Interval, Pricing, Proration, Quota, UsePart};

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
    /// There is a plan of this key already.
    #[error("there is a plan {0} already; POST /api/v1/plans/{0}/versions makes its next version")]
    Exists(PlanKey),
    /// The plan is sold no more.
    #[error("plan {0} is archived: it is sold no more, and what was sold of it goes on")]
    Archived(PlanKey),
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
    fn kind(&self) -> FaultKind {
        match self {
            Self::BadKey | Self::BadFeature | Self::NotOffered { .. } => FaultKind::Invalid,
            Self::NotFound(_) => FaultKind::NotFound,
            Self::Exists(_) | Self::Archived(_) => FaultKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::BadKey => "INVALID_PLAN_KEY",
            Self::BadFeature => "INVALID_FEATURE",
            Self::NotFound(_) => "PLAN_NOT_FOUND",
            Self::Exists(_) => "PLAN_EXISTS",
            Self::Archived(_) => "PLAN_ARCHIVED",
            Self::NotOffered { .. } => "PLAN_NOT_OFFERED",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::BadKey | Self::BadFeature | Self::NotOffered { .. } | Self::Exists(_) | Self::Archived(_) => true,
            Self::NotFound(_) => false,
        }
    }
}

/// The name of a plan in the API, such as `PREMIUM`: `^[A-Z][A-Z0-9_]{1,39}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The name of a plan in the API",
    value_type = String, pattern = "^[A-Z][A-Z0-9_]{1,39}$", example = "PREMIUM"
)]
pub struct PlanKey(String);

/// What is counted, such as `predictions`: `^[a-z][a-z0-9_]{0,39}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What is counted",
    value_type = String, pattern = "^[a-z][a-z0-9_]{0,39}$", example = "predictions"
)]
pub struct Feature(String);

/// What is billed by use, beyond what the base fee includes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct MeteredPrice {
    /// What is counted.
    pub feature: Feature,
    /// What it is called on an invoice.
    pub name: String,
    /// How many units of a whole period the base fee covers.
    pub included: u64,
    /// The price of the units beyond.
    pub pricing: Pricing,
    /// What a whole period costs at least, however little is used.
    pub minimum: Option<Money>,
}

/// When the base fee of a period is billed. Usage is always billed after it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BaseTiming {
    /// When the period begins.
    #[default]
    Advance,
    /// When it is over.
    Arrears,
}

/// What a plan costs in one currency and cycle, without exclusive tax.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct PlanPrice {
    /// The currency, which is that of all amounts here.
    pub currency: Currency,
    /// How often it is billed.
    pub interval: Interval,
    /// The fee of every period, by the quantity that is subscribed to.
    pub base: Pricing,
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
    /// When the base fee is billed.
    pub base_timing: BaseTiming,
    /// What parts of its periods are counted in.
    #[serde(default, skip_serializing_if = "Proration::is_by_day")]
    pub proration: Proration,
    /// Whether a customer may hold it several times at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allows_multiple: bool,
    /// How its meters counted when it was made; what is not named here is summed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub aggregations: BTreeMap<Feature, Aggregation>,
    /// How many calls each user of its holder has.
    #[serde(default, skip_serializing_if = "RateLimits::is_unsaid")]
    pub rate_limits: RateLimits,
    /// How much of the API its holders reach.
    #[serde(default, skip_serializing_if = "PlanAccess::is_full")]
    pub access: PlanAccess,
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

    /// How a meter counts its units.
    pub fn aggregation(&self, meter: &Feature) -> Aggregation {
        self.aggregations.get(meter).copied().unwrap_or_default()
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
    /// What `used` units cost once their period is over: the units beyond the included ones, at least the minimum. In a part
    /// of an interval both are that of the part.
    ///
    /// # Errors
    /// Those of [`Pricing::cost`].
    pub fn cost(&self, used: u64, part: UsePart) -> Result<Money, MoneyError> {
        let cost = self.cost_so_far(used, part)?;
        Ok(match self.minimum_of(part)? {
            Some(minimum) if minimum.minor() > cost.minor() => minimum,
            Some(_) | None => cost,
        })
    }

    /// What `used` units cost while their period goes on: the minimum is owed at its end only.
    ///
    /// # Errors
    /// Those of [`Pricing::cost`].
    pub fn cost_so_far(&self, used: u64, part: UsePart) -> Result<Money, MoneyError> {
        part.cost(self.pricing.cost(used.saturating_sub(self.included_of(part)))?)
    }

    /// What `more` units add when `used` units of their period are billed already, so that any split of a period's
    /// units costs the same in all.
    ///
    /// # Errors
    /// Those of [`Pricing::cost`].
    pub fn cost_of_more(&self, used: u64, more: u64, part: UsePart) -> Result<Money, MoneyError> {
        let all = used.checked_add(more).ok_or(MoneyError::Overflow)?;
        self.cost(all, part)?.checked_sub(self.cost(used, part)?)
    }

    /// How many units a part of an interval includes.
    pub fn included_of(&self, part: UsePart) -> u64 {
        part.included(self.included)
    }

    /// What a part of an interval costs at least.
    ///
    /// # Errors
    /// `Overflow`, `DivisionByZero`.
    pub fn minimum_of(&self, part: UsePart) -> Result<Option<Money>, MoneyError> {
        self.minimum.map(|minimum| part.share.part(minimum)).transpose()
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Share, UnitPrice};

    const WHOLE: UsePart = summed(31, 31);

    const fn summed(days: u32, of: u32) -> UsePart {
        UsePart { share: Share::days(days, of), counted: Aggregation::Sum }
    }

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    fn metered(minor: i64, per: u32, included: u64) -> MeteredPrice {
        let pricing = Pricing::PerUnit { price: UnitPrice { amount: usd(minor), per } };
        let (feature, name) = (Feature::known("predictions"), "Predictions".to_owned());
        MeteredPrice { feature, name, included, pricing, minimum: None }
    }

    #[test]
    fn only_units_beyond_the_included_ones_cost() {
        let price = metered(2, 1, 200);
        let cost = |used| price.cost(used, WHOLE).unwrap().minor();
        assert_eq!([cost(0), cost(200), cost(201), cost(1_200)], [0, 0, 2, 2_000]);
    }

    #[test]
    fn a_part_of_a_block_is_rounded_half_away_from_zero() {
        let price = metered(100, 1_000, 0);
        let cost = |used| price.cost(used, WHOLE).unwrap().minor();
        assert_eq!([cost(4), cost(5), cost(14), cost(15)], [0, 1, 1, 2]);
        assert_eq!(metered(i64::MAX, 1, 0).cost(2, WHOLE), Err(MoneyError::Overflow));
    }

    #[test]
    fn t14_a_minimum_is_owed_at_the_end_of_the_period_only() {
        let minimum = |least: i64, price: MeteredPrice| MeteredPrice { minimum: Some(usd(least)), ..price };
        let packages =
            minimum(100, MeteredPrice { pricing: Pricing::Package { amount: usd(5), size: 20 }, ..metered(0, 1, 0) });
        assert_eq!((packages.cost(0, WHOLE), packages.cost_so_far(0, WHOLE)), (Ok(usd(100)), Ok(usd(0))));
        let tier = |up_to, flat| crate::Tier { up_to, price: UnitPrice { amount: usd(0), per: 1 }, flat: usd(flat) };
        let tiers = crate::Tiers::new(vec![tier(Some(5), 100), tier(None, 400)]).unwrap();
        let volume = minimum(150, MeteredPrice { pricing: Pricing::Volume { tiers }, ..metered(0, 1, 0) });
        let true_up = volume.cost(3, WHOLE).unwrap().checked_sub(volume.cost_so_far(3, WHOLE).unwrap());
        assert_eq!((true_up, volume.cost(6, WHOLE)), (Ok(usd(50)), Ok(usd(400))));
    }

    #[test]
    fn t16_a_part_of_an_interval_has_its_part_of_the_minimum() {
        let price = MeteredPrice { minimum: Some(usd(1_000)), ..metered(2, 1, 0) };
        let share = summed(25, 28);
        let (owed, used) = (price.cost(400, share).unwrap(), price.cost_so_far(400, share).unwrap());
        assert_eq!((used, owed.checked_sub(used)), (usd(800), Ok(usd(93))));
    }

    #[test]
    fn a_part_of_an_interval_has_its_part_of_what_is_included_and_of_the_minimum() {
        let price = MeteredPrice { minimum: Some(usd(1_000)), ..metered(2, 1, 280) };
        // 25 of 28 days: 250 units are included, and at least 893 are owed.
        let share = summed(25, 28);
        let cost = |used| price.cost(used, share).unwrap().minor();
        assert_eq!([cost(0), cost(250 + 400), cost(250 + 500)], [893, 893, 1_000]);
    }

    #[test]
    fn late_units_first_fill_up_the_minimum() {
        let price = MeteredPrice { minimum: Some(usd(100)), ..metered(10, 1, 0) };
        let more = |used, more| price.cost_of_more(used, more, WHOLE).unwrap().minor();
        assert_eq!([more(0, 5), more(5, 5), more(5, 6), more(20, 1)], [0, 0, 10, 10]);
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

    fn any_pricing() -> impl Strategy<Value = Pricing> {
        let unit = |minor, per| UnitPrice { amount: usd(minor), per };
        let tier = move |up_to, minor, flat| crate::Tier { up_to, price: unit(minor, 1), flat: usd(flat) };
        prop_oneof![
            (0_i64..10_000, 1_u32..1_000).prop_map(move |(minor, per)| Pricing::PerUnit { price: unit(minor, per) }),
            (0_i64..10_000, 1_u64..500).prop_map(|(minor, size)| Pricing::Package { amount: usd(minor), size }),
            (1_u64..3_000, 0_i64..100, 0_i64..100, 0_i64..500).prop_map(move |(bound, first, second, flat)| {
                let tiers = vec![tier(Some(bound), first, 0), tier(None, second, flat)];
                Pricing::Graduated { tiers: crate::Tiers::new(tiers).unwrap() }
            }),
        ]
    }

    proptest! {
        #[test]
        fn p9_splitting_the_units_of_a_period_changes_no_cent(
            pricing in any_pricing(), included in 0_u64..2_000, minimum in prop::option::of(0_i64..100_000),
            first in 0_u64..5_000, second in 0_u64..5_000, days in 1_u32..32,
        ) {
            let price = MeteredPrice { pricing, minimum: minimum.map(usd), ..metered(0, 1, included) };
            let share = summed(days, 31);
            let more = price.cost_of_more(first, second, share).unwrap();
            let split = price.cost(first, share).unwrap().checked_add(more).unwrap();
            prop_assert_eq!(split, price.cost(first + second, share).unwrap());
            prop_assert!(!more.is_negative());
        }
    }
}
