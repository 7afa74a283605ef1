//! A plan, as callers see one.

use std::collections::BTreeMap;

use billing::{BaseTiming, Interval, MeteredPrice, Plan, PlanPrice, Pricing};
use kernel::{Currency, Money};
use serde::Serialize;
use utoipa::ToSchema;

/// A plan in the version that new subscriptions get.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanView {
    /// The name in the API.
    #[schema(example = "PREMIUM")]
    pub key: String,
    /// The version, from 1.
    pub version: u32,
    /// The name for people.
    #[schema(example = "Premium")]
    pub name: String,
    /// What it entitles to.
    pub features: Vec<String>,
    /// What may be counted against a subscription.
    #[schema(example = json!(["api_calls", "predictions"]))]
    pub meters: Vec<String>,
    /// How much of what it allows; -1 is unlimited.
    #[schema(example = json!({"predictionsPerMonth": 1000}))]
    pub quotas: BTreeMap<String, i64>,
    /// How many days are free before the first paid period.
    pub trial_days: u16,
    /// When the base fee of a period is billed: in `advance`, or in `arrears`. Usage is always billed after its period.
    pub base_timing: BaseTiming,
    /// What it costs, per currency and interval, without the taxes that come on top.
    pub prices: Vec<PriceView>,
}

/// What a plan costs in one currency and interval.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PriceView {
    pub currency: Currency,
    pub interval: Interval,
    /// The fee of every period for one of it, in minor units.
    pub base: Money,
    /// How the fee depends on the quantity: `{"model": "flat", …}`, `per_unit`, `graduated`, `volume` or `package`.
    pub base_pricing: Pricing,
    /// What is billed by use.
    pub metered: Vec<MeteredView>,
}

/// Something that is billed by use beyond what the base fee includes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeteredView {
    /// What is counted.
    #[schema(example = "predictions")]
    pub feature: String,
    /// What it is called on an invoice.
    #[schema(example = "Predictions")]
    pub name: String,
    /// How many units of a period the base fee covers.
    pub included: u64,
    /// How the units beyond are priced: `{"model": "per_unit", …}`, `graduated`, `volume`, `package` or `flat`.
    pub pricing: Pricing,
    /// Where every unit costs the same: what `per` units beyond cost, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// How many units that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<u32>,
    /// What a period costs at least, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Money>,
}

impl From<&Plan> for PlanView {
    fn from(plan: &Plan) -> Self {
        Self {
            key: plan.key.to_string(),
            version: plan.version,
            name: plan.name.clone(),
            features: plan.features.clone(),
            meters: plan.meters.iter().map(ToString::to_string).collect(),
            quotas: plan.quotas.iter().map(|(name, quota)| (name.clone(), i64::from(*quota))).collect(),
            trial_days: plan.trial_days,
            base_timing: plan.base_timing,
            prices: plan.prices.iter().map(PriceView::from).collect(),
        }
    }
}

impl From<&PlanPrice> for PriceView {
    fn from(price: &PlanPrice) -> Self {
        let metered = price.metered.iter().map(MeteredView::from).collect();
        // A stored price is within its bounds, and one of it costs no more than can be counted.
        let base = price.base.cost(1).unwrap_or(Money::zero(price.currency));
        Self { currency: price.currency, interval: price.interval, base, base_pricing: price.base.clone(), metered }
    }
}

impl From<&MeteredPrice> for MeteredView {
    fn from(metered: &MeteredPrice) -> Self {
        let unit = match &metered.pricing {
            Pricing::PerUnit { price } => Some(*price),
            Pricing::Flat { .. } | Pricing::Graduated { .. } | Pricing::Volume { .. } | Pricing::Package { .. } => None,
        };
        Self {
            feature: metered.feature.to_string(),
            name: metered.name.clone(),
            included: metered.included,
            pricing: metered.pricing.clone(),
            amount: unit.map(|price| price.amount),
            per: unit.map(|price| price.per),
            minimum: metered.minimum,
        }
    }
}
