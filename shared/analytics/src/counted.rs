//! What was counted of an order, as stored beside the sums, and what is still to be added so that they are as the order is now.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Currency, CustomerId, Date, OrderId, ProductId, Zone};
use serde::{Deserialize, Serialize};

use crate::{ProductFigures, SaleDays, SaleFacts, SalesFigures};

/// How many days of all sales one transaction corrects at most, and how many of products, which are two writes each: so that
/// both, and what was counted, fit into the hundred writes of a transaction.
const MOST_DAYS: usize = 15;
const MOST_PRODUCTS: usize = 40;

/// What was counted of an order. A change raises `version` by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CountedSale {
    /// Which order.
    pub order: OrderId,
    /// Who bought.
    pub customer: CustomerId,
    /// In which currency.
    pub currency: Currency,
    /// Whose midnight began a day when it was first counted: its days stay those, whatever zone the tenant takes later.
    pub zone: Zone,
    /// What it added to which days.
    pub days: Vec<CountedDay>,
    /// What it added to which products.
    pub products: Vec<CountedProduct>,
    /// On which day its buyer was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bought_on: Option<Date>,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// What an order added to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CountedDay {
    /// Which day.
    pub day: Date,
    /// How much.
    #[serde(flatten)]
    pub figures: SalesFigures,
}

/// What an order added to a product on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CountedProduct {
    /// Which product.
    pub product: ProductId,
    /// Which day.
    pub day: Date,
    /// How much.
    #[serde(flatten)]
    pub figures: ProductFigures,
}

/// What one transaction counts of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountingStep {
    /// What is counted afterwards.
    pub counted: CountedSale,
    /// What the days get.
    pub days: BTreeMap<Date, SalesFigures>,
    /// What the products get.
    pub products: BTreeMap<(ProductId, Date), ProductFigures>,
    /// What the products are called.
    pub titles: BTreeMap<ProductId, String>,
}

impl CountedSale {
    /// What is to be counted next of an order that is as `facts` say; `None` when all of it is. Nearly always that is all at once:
    /// more than 15 days, or 40 products, are counted in several steps. `zone` is the tenant's, for an order of which nothing is
    /// counted yet.
    ///
    /// # Errors
    /// `Err(Overflow)` when an amount is no 64-bit integer.
    pub fn step(before: Option<&Self>, facts: &SaleFacts, zone: &Zone) -> Result<Option<CountingStep>, Overflow> {
        let new = Self {
            order: facts.order,
            customer: facts.customer,
            currency: facts.currency,
            zone: zone.clone(),
            days: Vec::new(),
            products: Vec::new(),
            bought_on: None,
            version: 0,
        };
        let before = before.unwrap_or(&new);
        let SaleDays { days, products, .. } = facts.days(&before.zone).ok_or(Overflow)?;
        let (mut counted_days, mut counted_products) = (before.days(), before.products());
        let mut step = CountingStep {
            counted: before.clone(),
            days: BTreeMap::new(),
            products: BTreeMap::new(),
            titles: facts.lines.iter().map(|line| (line.product, line.title.clone())).collect(),
        };
        let places: BTreeSet<Date> = days.keys().chain(counted_days.keys()).copied().collect();
        for day in places {
            let (is, was) = (days.get(&day).copied(), counted_days.get(&day).copied());
            let more = is.unwrap_or_default().minus(was.unwrap_or_default()).ok_or(Overflow)?;
            if !more.is_nothing() && step.days.len() < MOST_DAYS {
                step.days.insert(day, more);
                counted_days.insert(day, is.unwrap_or_default());
            }
        }
        let places: BTreeSet<(ProductId, Date)> = products.keys().chain(counted_products.keys()).copied().collect();
        for place in places {
            let (is, was) = (products.get(&place).copied(), counted_products.get(&place).copied());
            let more = is.unwrap_or_default().minus(was.unwrap_or_default()).ok_or(Overflow)?;
            if !more.is_nothing() && step.products.len() < MOST_PRODUCTS {
                step.products.insert(place, more);
                counted_products.insert(place, is.unwrap_or_default());
            }
        }
        if step.days.is_empty() && step.products.is_empty() {
            return Ok(None);
        }
        let days = counted_days.into_iter().filter(|(_, figures)| !figures.is_nothing());
        let products = counted_products.into_iter().filter(|(_, figures)| !figures.is_nothing());
        step.counted.days = days.map(|(day, figures)| CountedDay { day, figures }).collect();
        step.counted.products =
            products.map(|((product, day), figures)| CountedProduct { product, day, figures }).collect();
        step.counted.version += 1;
        Ok(Some(step))
    }

    /// With its buyer counted on a day; `None` when that is so already.
    #[must_use]
    pub fn with_buyer(&self, day: Date) -> Option<Self> {
        if self.bought_on == Some(day) {
            return None;
        }
        Some(Self { bought_on: Some(day), version: self.version + 1, ..self.clone() })
    }

    fn days(&self) -> BTreeMap<Date, SalesFigures> {
        self.days.iter().map(|counted| (counted.day, counted.figures)).collect()
    }

    fn products(&self) -> BTreeMap<(ProductId, Date), ProductFigures> {
        self.products.iter().map(|counted| ((counted.product, counted.day), counted.figures)).collect()
    }
}

/// An amount is no 64-bit integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what an order adds up to is no 64-bit integer")]
pub struct Overflow;

#[cfg(test)]
#[path = "counted_tests.rs"]
mod tests;
