//! What a promotion takes off, of what, when and how often.

use std::collections::BTreeSet;

use kernel::{CategoryId, Currency, Money, ProductId, Sku, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{BasketLine, PromotionName};

/// How many things a target names at most.
const MOST_NAMED: usize = 100;
/// In how many currencies an amount is given at most.
const MOST_CURRENCIES: usize = 20;
/// The largest amount, in minor units.
const MOST_MONEY: i64 = 1_000_000_000_000;
/// The largest number of units that a buyer pays for, or gets, in one go.
const MOST_UNITS: u32 = 100;

/// What a promotion does. Everything is of what is left after the promotions before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = PromotionBenefit)]
pub enum Benefit {
    /// Takes off a part, rounded half away from zero once and shared among the lines.
    #[serde(rename_all = "camelCase")]
    Percent {
        /// In hundredths of a percent: 1 to 10000.
        #[schema(minimum = 1, maximum = 10_000, example = 1_500)]
        basis_points: u16,
    },
    /// Takes off an amount once, and never more than there is.
    Amount {
        /// One for each currency.
        #[schema(min_items = 1, max_items = 20)]
        amounts: Vec<Money>,
    },
    /// Of each `buy` + `get` units, the `get` cheapest are cheaper.
    #[serde(rename_all = "camelCase")]
    BuyGet {
        /// How many units cost what they cost.
        #[schema(minimum = 1, maximum = 100, example = 2)]
        buy: u32,
        /// How many are cheaper.
        #[schema(minimum = 1, maximum = 100, example = 1)]
        get: u32,
        /// By how much, in hundredths of a percent: 10000 is for nothing.
        #[schema(minimum = 1, maximum = 10_000, example = 10_000)]
        basis_points: u16,
    },
    /// Shipping costs nothing.
    FreeShipping,
}

/// For what a promotion is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PromotionTarget {
    /// For everything.
    #[default]
    All,
    /// For these products.
    #[serde(rename_all = "camelCase")]
    Products {
        /// Which.
        #[schema(min_items = 1, max_items = 100)]
        product_ids: BTreeSet<ProductId>,
    },
    /// For what is in these categories; not in those below them.
    #[serde(rename_all = "camelCase")]
    Categories {
        /// Which.
        #[schema(min_items = 1, max_items = 100)]
        category_ids: BTreeSet<CategoryId>,
    },
    /// For these variants.
    Skus {
        /// Which.
        #[schema(min_items = 1, max_items = 100)]
        skus: BTreeSet<Sku>,
    },
}

/// Whether others take off too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stacking {
    /// With others that are stackable.
    #[default]
    Stackable,
    /// Alone: it is used when none was used before it, and none is used after it.
    Exclusive,
}

/// All that staff decides of a promotion, and may change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PromotionTerms {
    /// What buyers read.
    pub name: PromotionName,
    /// What it does.
    pub benefit: Benefit,
    /// For what.
    pub target: PromotionTarget,
    /// The least that what it is for costs together, before anything is taken off: one for each currency. With some, it is for these
    /// currencies alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub minimum: Vec<Money>,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when, not included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// By how many orders it is used at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_uses: Option<u32>,
    /// By how many orders of one customer. A guest has none, and cannot use it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_uses_per_customer: Option<u32>,
    /// Whether others take off too.
    pub stacking: Stacking,
    /// The lowest number takes off first; of equal ones those with a code, then the oldest.
    pub priority: u16,
}

/// What is wrong with the terms: where in the body, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermsFault {
    /// A JSON pointer.
    pub at: &'static str,
    /// What to do instead.
    pub detail: &'static str,
}

impl PromotionTerms {
    /// All that is wrong with them.
    pub fn faults(&self) -> Vec<TermsFault> {
        let mut faults = Vec::new();
        let mut must = |fits: bool, at, detail| {
            if !fits {
                faults.push(TermsFault { at, detail });
            }
        };
        let is_part = |basis_points: u16| (1..=10_000).contains(&basis_points);
        let is_count = |units: u32| (1..=MOST_UNITS).contains(&units);
        match &self.benefit {
            Benefit::Percent { basis_points } => {
                must(is_part(*basis_points), "/benefit/basisPoints", "use 1 to 10000 hundredths of a percent");
            }
            Benefit::Amount { amounts } => {
                must(!amounts.is_empty() && are_amounts(amounts), "/benefit/amounts", AMOUNTS);
            }
            Benefit::BuyGet { buy, get, basis_points } => {
                must(is_count(*buy), "/benefit/buy", "use 1 to 100 units");
                must(is_count(*get), "/benefit/get", "use 1 to 100 units");
                must(is_part(*basis_points), "/benefit/basisPoints", "use 1 to 10000 hundredths of a percent");
            }
            Benefit::FreeShipping => {}
        }
        let (at, named) = match &self.target {
            PromotionTarget::All => ("/target", 1),
            PromotionTarget::Products { product_ids } => ("/target/productIds", product_ids.len()),
            PromotionTarget::Categories { category_ids } => ("/target/categoryIds", category_ids.len()),
            PromotionTarget::Skus { skus } => ("/target/skus", skus.len()),
        };
        must((1..=MOST_NAMED).contains(&named), at, "name 1 to 100");
        must(are_amounts(&self.minimum), "/minimum", AMOUNTS);
        must(self.ends_at.is_none_or(|end| end > self.starts_at), "/endsAt", "it must end after it begins");
        must(self.max_uses != Some(0), "/maxUses", "use at least 1, or leave it out");
        must(self.max_uses_per_customer != Some(0), "/maxUsesPerCustomer", "use at least 1, or leave it out");
        faults
    }

    /// Whether it is for a line.
    pub(crate) fn is_for(&self, line: &BasketLine) -> bool {
        match &self.target {
            PromotionTarget::All => true,
            PromotionTarget::Products { product_ids } => product_ids.contains(&line.product_id),
            PromotionTarget::Categories { category_ids } => {
                line.category_ids.iter().any(|category| category_ids.contains(category))
            }
            PromotionTarget::Skus { skus } => skus.contains(&line.sku),
        }
    }

    /// The least that what it is for must cost in a currency; `None` when it is not for that currency.
    pub(crate) fn least(&self, currency: Currency) -> Option<i64> {
        let in_currency =
            |amounts: &[Money]| amounts.iter().find(|one| one.currency() == currency).map(|one| one.minor());
        if let Benefit::Amount { amounts } = &self.benefit {
            in_currency(amounts)?;
        }
        if self.minimum.is_empty() { Some(0) } else { in_currency(&self.minimum) }
    }
}

const AMOUNTS: &str = "give one amount of 1 to 1000000000000 minor units for each of up to 20 currencies";

fn are_amounts(amounts: &[Money]) -> bool {
    let currencies: BTreeSet<Currency> = amounts.iter().map(|amount| amount.currency()).collect();
    currencies.len() == amounts.len()
        && amounts.len() <= MOST_CURRENCIES
        && amounts.iter().all(|amount| (1..=MOST_MONEY).contains(&amount.minor()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promotion::tests::terms;

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        assert_eq!(terms(Benefit::FreeShipping).faults(), []);
        let usd = |minor| Money::new(minor, Currency::USD);
        let wrong = PromotionTerms {
            benefit: Benefit::BuyGet { buy: 0, get: 101, basis_points: 10_001 },
            target: PromotionTarget::Skus { skus: BTreeSet::new() },
            minimum: vec![usd(1), usd(2)],
            ends_at: Some("2026-12-01T00:00:00Z".parse().unwrap()),
            max_uses: Some(0),
            max_uses_per_customer: Some(0),
            ..terms(Benefit::FreeShipping)
        };
        let at: Vec<&str> = wrong.faults().iter().map(|fault| fault.at).collect();
        let expected = [
            "/benefit/buy",
            "/benefit/get",
            "/benefit/basisPoints",
            "/target/skus",
            "/minimum",
            "/endsAt",
            "/maxUses",
            "/maxUsesPerCustomer",
        ];
        assert_eq!(at, expected);
        for amounts in [vec![], vec![usd(0)], vec![usd(1), usd(1)], vec![usd(MOST_MONEY + 1)]] {
            assert_eq!(terms(Benefit::Amount { amounts }).faults()[0].at, "/benefit/amounts");
        }
        assert_eq!(terms(Benefit::Percent { basis_points: 0 }).faults().len(), 1);
    }
}
