//! What makes a plan one that can be sold and billed: all that is wrong with it at once.

use std::collections::{BTreeMap, BTreeSet};

use allowances::MAX_CALLS;
use kernel::Money;

use crate::{Aggregation, Feature, Per, Plan, PlanPrice, Pricing};

/// The largest amount of a price, in minor units: what thousands of millions of units cost can still be counted.
pub const MAX_AMOUNT: i64 = 1_000_000_000_000;
/// How many prices a plan has at most.
pub const MAX_PRICES: usize = 40;
/// How many features, meters and quotas a plan has at most, and a price metered prices.
pub const MAX_NAMES: usize = 50;
/// How many tiers a price has at most.
pub const MAX_TIERS: usize = 50;
/// How many days are free at most.
pub const MAX_TRIAL_DAYS: u16 = 730;

/// Something that is wrong with a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanFault {
    /// Where, as a JSON pointer into the plan as it is written down.
    pub pointer: String,
    /// What.
    pub rule: PlanRule,
}

/// A rule that a plan breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanRule {
    /// There is nothing to sell it at.
    #[error("give at least one price; a plan that costs nothing has one with a flat fee of 0")]
    NoPrice,
    /// More of something than a plan can have.
    #[error("use at most {0}")]
    TooMany(usize),
    /// Longer free days than a plan can have.
    #[error("use at most {MAX_TRIAL_DAYS} free days")]
    TrialTooLong,
    /// A window that allows nothing, or more than can be counted.
    #[error("allow 1 to {MAX_CALLS} calls, or leave the window out")]
    CallsOutOfRange,
    /// Two prices for the same currency and interval.
    #[error("there is another price in this currency and interval")]
    PriceTwice,
    /// The same thing is named twice.
    #[error("it is named twice")]
    NamedTwice,
    /// An amount of another currency than the price.
    #[error("use the currency of the price, {0}")]
    OtherCurrency(kernel::Currency),
    /// An amount below 0, or too large to be multiplied.
    #[error("use an amount from 0 to {MAX_AMOUNT}")]
    AmountOutOfRange,
    /// A block of no units.
    #[error("a block has at least 1 unit")]
    EmptyBlock,
    /// What is priced or counted is no meter of the tenant.
    #[error("there is no meter {0}; make it first with POST /api/v1/meters")]
    UnknownMeter(Feature),
}

impl Plan {
    /// This plan for a tenant that has these meters: what is priced is counted too, and as its meter does.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn checked(mut self, meters: &BTreeMap<Feature, Aggregation>) -> Result<Self, Vec<PlanFault>> {
        let wrong = faults(&self, meters);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let priced = self.prices.iter().flat_map(|price| &price.metered).map(|metered| metered.feature.clone());
        let counted: BTreeSet<Feature> = self.meters.iter().cloned().chain(priced).collect();
        let unlike_sum = meters.iter().filter(|(meter, how)| counted.contains(meter) && **how != Aggregation::Sum);
        self.aggregations = unlike_sum.map(|(meter, how)| (meter.clone(), *how)).collect();
        self.meters = counted.into_iter().collect();
        Ok(self)
    }
}

impl PlanRule {
    /// The code of a field that breaks it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownMeter(_) => "UNKNOWN_METER",
            Self::NoPrice
            | Self::TooMany(_)
            | Self::TrialTooLong
            | Self::CallsOutOfRange
            | Self::PriceTwice
            | Self::NamedTwice
            | Self::OtherCurrency(_)
            | Self::AmountOutOfRange
            | Self::EmptyBlock => "INVALID_PLAN",
        }
    }
}

/// All that is wrong with a plan for a tenant that has these meters.
pub fn faults(plan: &Plan, meters: &BTreeMap<Feature, Aggregation>) -> Vec<PlanFault> {
    let mut found = Found::default();
    if plan.prices.is_empty() {
        found.add("/prices", PlanRule::NoPrice);
    }
    if plan.trial_days > MAX_TRIAL_DAYS {
        found.add("/trialDays", PlanRule::TrialTooLong);
    }
    for (window, calls) in ["minute", "hour", "day"].into_iter().zip(plan.rate_limits.windows()) {
        if calls.is_some_and(|calls| !(1..=MAX_CALLS).contains(&calls)) {
            found.add(format!("/rateLimits/{window}"), PlanRule::CallsOutOfRange);
        }
    }
    found.at_most("/prices", plan.prices.len(), MAX_PRICES);
    found.at_most("/features", plan.features.len(), MAX_NAMES);
    found.at_most("/quotas", plan.quotas.len(), MAX_NAMES);
    found.at_most("/meters", plan.meters.len(), MAX_NAMES);
    found.once_each("/features", plan.features.iter().take(MAX_NAMES));
    found.once_each("/meters", plan.meters.iter().take(MAX_NAMES));
    found.once_each_quota(plan);
    for (at, meter) in plan.meters.iter().take(MAX_NAMES).enumerate() {
        found.is_meter(&format!("/meters/{at}"), meter, meters);
    }
    let mut sold = BTreeSet::new();
    for (at, price) in plan.prices.iter().take(MAX_PRICES).enumerate() {
        if !sold.insert((price.currency, price.interval)) {
            found.add(format!("/prices/{at}"), PlanRule::PriceTwice);
        }
        found.in_price(&format!("/prices/{at}"), price, meters);
    }
    found.0
}

#[derive(Default)]
struct Found(Vec<PlanFault>);

impl Found {
    fn add(&mut self, pointer: impl Into<String>, rule: PlanRule) {
        self.0.push(PlanFault { pointer: pointer.into(), rule });
    }

    fn at_most(&mut self, pointer: &str, number: usize, most: usize) {
        if number > most {
            self.add(pointer, PlanRule::TooMany(most));
        }
    }

    fn once_each<T: Ord>(&mut self, list: &str, names: impl Iterator<Item = T>) {
        let mut seen = BTreeSet::new();
        for (at, name) in names.enumerate() {
            if !seen.insert(name) {
                self.add(format!("{list}/{at}"), PlanRule::NamedTwice);
            }
        }
    }

    /// No two quotas of one feature are for the same time.
    fn once_each_quota(&mut self, plan: &Plan) {
        let mut seen = BTreeSet::new();
        for name in plan.quotas.keys() {
            if !seen.insert(Per::of_quota(name)) {
                self.add(format!("/quotas/{name}"), PlanRule::NamedTwice);
            }
        }
    }

    fn is_meter(&mut self, pointer: &str, meter: &Feature, meters: &BTreeMap<Feature, Aggregation>) {
        if !meters.contains_key(meter) {
            self.add(pointer, PlanRule::UnknownMeter(meter.clone()));
        }
    }

    fn in_price(&mut self, pointer: &str, price: &PlanPrice, meters: &BTreeMap<Feature, Aggregation>) {
        self.in_pricing(&format!("{pointer}/base"), &price.base, price);
        self.at_most(&format!("{pointer}/metered"), price.metered.len(), MAX_NAMES);
        self.once_each(
            &format!("{pointer}/metered"),
            price.metered.iter().take(MAX_NAMES).map(|metered| &metered.feature),
        );
        for (at, metered) in price.metered.iter().take(MAX_NAMES).enumerate() {
            let pointer = format!("{pointer}/metered/{at}");
            self.is_meter(&format!("{pointer}/feature"), &metered.feature, meters);
            self.in_pricing(&format!("{pointer}/pricing"), &metered.pricing, price);
            if let Some(minimum) = metered.minimum {
                self.is_amount(&format!("{pointer}/minimum"), minimum, price);
            }
        }
    }

    fn in_pricing(&mut self, pointer: &str, pricing: &Pricing, price: &PlanPrice) {
        match pricing {
            Pricing::Flat { amount } => self.is_amount(&format!("{pointer}/amount"), *amount, price),
            Pricing::PerUnit { price: unit } => {
                self.is_amount(&format!("{pointer}/price/amount"), unit.amount, price);
                self.is_block(&format!("{pointer}/price/per"), unit.per.into());
            }
            Pricing::Package { amount, size } => {
                self.is_amount(&format!("{pointer}/amount"), *amount, price);
                self.is_block(&format!("{pointer}/size"), *size);
            }
            Pricing::Graduated { tiers } | Pricing::Volume { tiers } => {
                self.at_most(&format!("{pointer}/tiers"), tiers.as_slice().len(), MAX_TIERS);
                for amount in pricing.amounts() {
                    self.is_amount(&format!("{pointer}/tiers"), amount, price);
                }
            }
        }
    }

    fn is_amount(&mut self, pointer: &str, amount: Money, price: &PlanPrice) {
        if amount.currency() != price.currency {
            self.add(pointer, PlanRule::OtherCurrency(price.currency));
        }
        if !(0..=MAX_AMOUNT).contains(&amount.minor()) {
            self.add(pointer, PlanRule::AmountOutOfRange);
        }
    }

    fn is_block(&mut self, pointer: &str, size: u64) {
        if size == 0 {
            self.add(pointer, PlanRule::EmptyBlock);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Catalogue, Interval, RateLimits, UnitPrice};
    use kernel::Currency;

    fn meters(catalogue: Catalogue) -> BTreeMap<Feature, Aggregation> {
        catalogue
            .meters(crate::samples::at("2026-11-21T01:00:00Z"))
            .into_iter()
            .map(|meter| (meter.key, meter.aggregation))
            .collect()
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let good = Catalogue::AiTrading.plans().remove(2);
        let known = meters(Catalogue::AiTrading);
        assert_eq!(faults(&good, &known), []);
        let mut bad = good.clone();
        bad.trial_days = 731;
        bad.rate_limits = RateLimits { minute: Some(0), hour: Some(MAX_CALLS), day: Some(MAX_CALLS + 1) };
        bad.meters.push("cups".parse().unwrap());
        bad.features.push(bad.features[0].clone());
        bad.quotas.insert("predictions_PerMonth".to_owned(), crate::Quota::AtMost(1));
        bad.quotas.insert("Predictions_PerMonth".to_owned(), crate::Quota::AtMost(1));
        bad.prices[1].interval = Interval::MONTH;
        bad.prices[0].base = Pricing::Flat { amount: Money::new(-1, Currency::IDR) };
        let free = UnitPrice { amount: Money::new(1, Currency::USD), per: 0 };
        bad.prices[0].metered[0].pricing = Pricing::PerUnit { price: free };
        let said: Vec<_> = faults(&bad, &known).into_iter().map(|fault| (fault.pointer, fault.rule.code())).collect();
        let expected = [
            ("/trialDays", "INVALID_PLAN"),
            ("/rateLimits/minute", "INVALID_PLAN"),
            ("/rateLimits/day", "INVALID_PLAN"),
            ("/features/3", "INVALID_PLAN"),
            ("/quotas/predictions_PerMonth", "INVALID_PLAN"),
            ("/meters/2", "UNKNOWN_METER"),
            ("/prices/0/base/amount", "INVALID_PLAN"),
            ("/prices/0/base/amount", "INVALID_PLAN"),
            ("/prices/0/metered/0/pricing/price/per", "INVALID_PLAN"),
            ("/prices/1", "INVALID_PLAN"),
        ];
        assert_eq!(said, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
        bad.prices.clear();
        assert!(faults(&bad, &known).iter().any(|fault| fault.rule == PlanRule::NoPrice));
    }
}
