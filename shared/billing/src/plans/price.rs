//! What a quantity costs: one enum of pricing models, exact until the one rounding at the end.

use kernel::{Money, MoneyError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A price per block of units: `{"amount":{"amount":300,"currency":"IDR"},"per":1}` is Rp300 for each unit.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
pub struct UnitPrice {
    /// What `per` units cost.
    pub amount: Money,
    /// How many units that is, from 1.
    #[schema(minimum = 1)]
    pub per: u32,
}

/// How a quantity is priced. All amounts of a model are of one currency, without tax.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(tag = "model", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Pricing {
    /// The same, whatever the quantity.
    Flat {
        /// The price.
        amount: Money,
    },
    /// Each unit the same; a part of a block costs its part.
    PerUnit {
        /// The price of a block.
        price: UnitPrice,
    },
    /// Each unit at the price of the tier that it falls into.
    Graduated {
        /// The tiers.
        tiers: Tiers,
    },
    /// All units at the price of the tier that the whole quantity falls into.
    Volume {
        /// The tiers.
        tiers: Tiers,
    },
    /// Blocks of units; one that is begun is paid for whole.
    Package {
        /// What a block costs.
        amount: Money,
        /// How many units a block has, from 1.
        #[schema(minimum = 1)]
        size: u64,
    },
}

/// One step of a price list.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(rename_all = "camelCase", from = "TierText")]
#[schema(as = PriceTier)]
pub struct Tier {
    /// The last unit that belongs to it; absent for the last tier, which has no end.
    pub up_to: Option<u64>,
    /// The price of its units.
    pub price: UnitPrice,
    /// What is paid once when the tier is reached; nothing when left out. The first tier is reached by no units at all.
    #[schema(required = false)]
    pub flat: Money,
}

/// A tier as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TierText {
    up_to: Option<u64>,
    price: UnitPrice,
    flat: Option<Money>,
}

impl From<TierText> for Tier {
    fn from(TierText { up_to, price, flat }: TierText) -> Self {
        Self { up_to, price, flat: flat.unwrap_or(Money::zero(price.amount.currency())) }
    }
}

/// Tiers by their bounds, the last without one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "Vec<Tier>", into = "Vec<Tier>")]
#[schema(
    as = PriceTiers, description = "Tiers by their bounds; the last one, and only that, has none",
    min_items = 1
)]
pub struct Tiers(Vec<Tier>);

/// The tiers do not make a price list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "tiers need different bounds above 0, exactly one tier without a bound, prices per 1 unit or more, one currency"
)]
pub struct TiersError;

impl Pricing {
    /// A price that does not depend on the quantity.
    pub const fn flat(amount: Money) -> Self {
        Self::Flat { amount }
    }

    /// What `quantity` units cost, rounded half away from zero once.
    ///
    /// # Errors
    /// `Overflow`; `CurrencyMismatch` and `DivisionByZero` in a price that was not made by its rules.
    pub fn cost(&self, quantity: u64) -> Result<Money, MoneyError> {
        match self {
            Self::Flat { amount } => Ok(*amount),
            Self::PerUnit { price } => Exact::default().units(quantity, *price)?.rounded(price.amount),
            Self::Graduated { tiers } => tiers.graduated(quantity),
            Self::Volume { tiers } => tiers.volume(quantity),
            Self::Package { size: 0, .. } => Err(MoneyError::DivisionByZero),
            Self::Package { amount, size } => {
                let packages = i64::try_from(quantity.div_ceil(*size)).map_err(|_| MoneyError::Overflow)?;
                amount.times_ratio_half_away_from_zero(packages, 1)
            }
        }
    }

    /// The amounts that it is made of; all must be of the currency that it is sold in.
    pub fn amounts(&self) -> Vec<Money> {
        match self {
            Self::Flat { amount } | Self::Package { amount, .. } => vec![*amount],
            Self::PerUnit { price } => vec![price.amount],
            Self::Graduated { tiers } | Self::Volume { tiers } => {
                tiers.0.iter().flat_map(|tier| [tier.price.amount, tier.flat]).collect()
            }
        }
    }
}

impl Tiers {
    /// The tiers, in any order.
    ///
    /// # Errors
    /// Two tiers with the same bound, none or two without one, a bound or a block of 0 units, two currencies.
    pub fn new(mut tiers: Vec<Tier>) -> Result<Self, TiersError> {
        tiers.sort_by_key(|tier| tier.up_to.unwrap_or(u64::MAX));
        let Some((last, bounded)) = tiers.split_last() else { return Err(TiersError) };
        let bounds: Vec<u64> = bounded.iter().filter_map(|tier| tier.up_to).collect();
        let ascend = bounds.is_sorted_by(|one, next| one < next) && bounds.first().is_none_or(|first| *first > 0);
        let currency = last.flat.currency();
        let sound = |tier: &Tier| {
            tier.price.per > 0 && tier.price.amount.currency() == currency && tier.flat.currency() == currency
        };
        let fits = last.up_to.is_none() && bounds.len() == bounded.len() && ascend && tiers.iter().all(sound);
        if fits { Ok(Self(tiers)) } else { Err(TiersError) }
    }

    /// The tiers, lowest first.
    pub fn as_slice(&self) -> &[Tier] {
        &self.0
    }

    fn graduated(&self, quantity: u64) -> Result<Money, MoneyError> {
        let (mut cost, mut below, mut sum) = (Exact::default(), 0, None);
        for tier in &self.0 {
            if below > 0 && quantity <= below {
                break;
            }
            let top = tier.up_to.unwrap_or(u64::MAX).min(quantity);
            cost = cost.units(top.saturating_sub(below), tier.price)?.plus(tier.flat)?;
            below = tier.up_to.unwrap_or(u64::MAX);
            sum = Some(tier.flat);
        }
        cost.rounded(sum.ok_or(MoneyError::DivisionByZero)?)
    }

    fn volume(&self, quantity: u64) -> Result<Money, MoneyError> {
        let tier = self.0.iter().find(|tier| tier.up_to.is_none_or(|top| quantity <= top));
        let tier = tier.ok_or(MoneyError::DivisionByZero)?;
        Exact::default().units(quantity, tier.price)?.plus(tier.flat)?.rounded(tier.flat)
    }
}

impl TryFrom<Vec<Tier>> for Tiers {
    type Error = TiersError;

    fn try_from(tiers: Vec<Tier>) -> Result<Self, TiersError> {
        Self::new(tiers)
    }
}

impl From<Tiers> for Vec<Tier> {
    fn from(tiers: Tiers) -> Self {
        tiers.0
    }
}

/// A sum of fractions of minor units.
#[derive(Clone, Copy)]
struct Exact {
    numerator: i128,
    denominator: i128,
}

impl Default for Exact {
    fn default() -> Self {
        Self { numerator: 0, denominator: 1 }
    }
}

impl Exact {
    fn units(self, units: u64, price: UnitPrice) -> Result<Self, MoneyError> {
        let cost = i128::from(units).checked_mul(i128::from(price.amount.minor())).ok_or(MoneyError::Overflow)?;
        self.add(cost, i128::from(price.per))
    }

    fn plus(self, amount: Money) -> Result<Self, MoneyError> {
        self.add(i128::from(amount.minor()), 1)
    }

    fn add(self, numerator: i128, denominator: i128) -> Result<Self, MoneyError> {
        if denominator == 0 {
            return Err(MoneyError::DivisionByZero);
        }
        let shared = gcd(self.denominator, denominator);
        let common = (self.denominator / shared).checked_mul(denominator).ok_or(MoneyError::Overflow)?;
        let left = self.numerator.checked_mul(common / self.denominator).ok_or(MoneyError::Overflow)?;
        let right = numerator.checked_mul(common / denominator).ok_or(MoneyError::Overflow)?;
        Ok(Self { numerator: left.checked_add(right).ok_or(MoneyError::Overflow)?, denominator: common })
    }

    /// Half away from zero, in the currency of `like`.
    fn rounded(self, like: Money) -> Result<Money, MoneyError> {
        let (whole, rest) = (self.numerator / self.denominator, self.numerator % self.denominator);
        let is_half = rest.unsigned_abs() >= self.denominator.unsigned_abs() - rest.unsigned_abs();
        let minor = if is_half && rest != 0 { whole + self.numerator.signum() } else { whole };
        i64::try_from(minor).map(|minor| Money::new(minor, like.currency())).map_err(|_| MoneyError::Overflow)
    }
}

const fn gcd(one: i128, other: i128) -> i128 {
    let (mut one, mut other) = (one, other);
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
#[path = "price_tests.rs"]
mod tests;
