//! A line of an invoice: a charge with its service period, signed, and what it takes to check its arithmetic by hand.

use kernel::{Money, MoneyError, SubscriptionId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Feature, LineTax, Period, Pricing, Share, TaxCategory};

/// One line. Amounts are of the invoice's currency; a credit is negative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// What it is for, and how the amount comes about.
    #[serde(flatten)]
    pub item: LineItem,
    /// Of which subscription, where the invoice is for several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<SubscriptionId>,
    /// The name that is printed: that of the plan, of the metered price, or what was written by hand.
    pub name: String,
    /// Which days it is for; none for what is sold at once.
    pub service: Option<Period>,
    /// What it costs before its discount: with the inclusive taxes, without the exclusive ones.
    pub amount: Money,
    /// Its share of the discounts; below zero where days are given back that were cheaper by one.
    pub discount: Money,
    /// The taxes on it; none where it is not taxed.
    pub taxes: Vec<LineTax>,
}

/// What a line is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LineItem {
    /// The fee of a plan.
    Base(Fee),
    /// Use within the period that ended.
    Usage(UsedUnits),
    /// Use in a former period that was reported after its invoice.
    LateUsage(UsedUnits),
    /// The days that are left of a fee when it changes: a credit at the old price, a charge at the new one.
    Proration(Fee),
    /// A deduction of its own, such as a goodwill.
    Discount,
    /// What is sold at once: an article, work, a fee written by hand.
    OneOff(Article),
}

/// What is sold at once, and how its cost comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Article {
    /// How many.
    pub quantity: u64,
    /// What each costs; below zero for a deduction. None where only the whole has a price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_amount: Option<Money>,
    /// Which taxes of the invoice are on it.
    #[serde(default, skip_serializing_if = "Taxation::is_usual")]
    pub taxation: Taxation,
}

/// Which taxes of its invoice are on a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Taxation {
    /// Those at the standard rates.
    #[default]
    Taxed,
    /// Those at the rates of luxury goods.
    Luxury,
    /// None is.
    Untaxed,
}

impl Taxation {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    fn is_usual(&self) -> bool {
        *self == Self::Taxed
    }

    /// Which rates are on it, if any.
    pub const fn category(self) -> Option<TaxCategory> {
        match self {
            Self::Taxed => Some(TaxCategory::Standard),
            Self::Luxury => Some(TaxCategory::Luxury),
            Self::Untaxed => None,
        }
    }
}

/// How a plan's fee comes about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fee {
    /// How many of the plan, such as seats.
    pub quantity: u64,
    /// The price of a whole interval.
    pub pricing: Pricing,
    /// Which part of an interval it is for.
    pub share: Share,
}

/// How the cost of units comes about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsedUnits {
    /// What was counted.
    pub feature: Feature,
    /// How many units.
    pub quantity: u64,
    /// How many of them the base fee covers.
    pub included: u64,
    /// The price of the others.
    pub pricing: Pricing,
    /// The part of an interval whose share of the price they cost: of the largest or latest quantity in less than all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// What they cost at least, where that decided.
    pub minimum: Option<Money>,
}

impl Line {
    /// The fee that it asks for; none for what is given back, was used or is sold at once.
    pub(crate) fn fee(&self) -> Option<&Fee> {
        match &self.item {
            LineItem::Base(fee) | LineItem::Proration(fee) => (!self.amount.is_negative()).then_some(fee),
            LineItem::Usage(_) | LineItem::LateUsage(_) | LineItem::Discount | LineItem::OneOff(_) => None,
        }
    }

    /// A line without discount and tax, which follow when all lines are known.
    pub const fn new(item: LineItem, name: String, service: Option<Period>, amount: Money) -> Self {
        Self {
            item,
            subscription: None,
            name,
            service,
            amount,
            discount: Money::zero(amount.currency()),
            taxes: Vec::new(),
        }
    }

    /// Whether it is of a subscription that its invoice is for.
    pub fn is_of(&self, subscription: SubscriptionId) -> bool {
        self.subscription.is_none_or(|of| of == subscription)
    }

    /// What is left of it after its discount.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn discounted(&self) -> Result<Money, MoneyError> {
        self.amount.checked_sub(self.discount)
    }

    /// Which taxes of its invoice are on it.
    pub fn taxation(&self) -> Taxation {
        match &self.item {
            LineItem::OneOff(article) => article.taxation,
            LineItem::Base(_)
            | LineItem::Usage(_)
            | LineItem::LateUsage(_)
            | LineItem::Proration(_)
            | LineItem::Discount => Taxation::Taxed,
        }
    }

    /// All taxes on it.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn tax(&self) -> Result<Money, MoneyError> {
        Money::sum(self.amount.currency(), self.taxes.iter().map(|tax| tax.tax))
    }

    /// Whether it says nothing: nothing was used, and nothing is owed.
    pub fn is_empty(&self) -> bool {
        let unused = match &self.item {
            LineItem::Usage(used) | LineItem::LateUsage(used) => used.quantity == 0,
            LineItem::Base(_) | LineItem::Proration(_) | LineItem::Discount | LineItem::OneOff(_) => false,
        };
        unused && self.amount.is_zero()
    }
}
