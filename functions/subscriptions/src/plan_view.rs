//! A plan, as callers see one.

use std::collections::BTreeMap;

use billing::{Interval, MeteredPrice, Plan, PlanPrice};
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
    /// What it costs, per currency and interval, without tax.
    pub prices: Vec<PriceView>,
}

/// What a plan costs in one currency and interval.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PriceView {
    /// ISO 4217.
    #[schema(value_type = String, example = "IDR")]
    pub currency: Currency,
    /// `month` or `year`.
    #[schema(value_type = String, example = "month")]
    pub interval: Interval,
    /// The fee of every period, in minor units.
    #[schema(value_type = Object, example = json!({"amount": 449_000, "currency": "IDR"}))]
    pub base: Money,
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
    /// What `per` units beyond cost, in minor units.
    #[schema(value_type = Object, example = json!({"amount": 300, "currency": "IDR"}))]
    pub amount: Money,
    /// How many units that is.
    pub per: u32,
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
            prices: plan.prices.iter().map(PriceView::from).collect(),
        }
    }
}

impl From<&PlanPrice> for PriceView {
    fn from(price: &PlanPrice) -> Self {
        let metered = price.metered.iter().map(MeteredView::from).collect();
        Self { currency: price.currency, interval: price.interval, base: price.base, metered }
    }
}

impl From<&MeteredPrice> for MeteredView {
    fn from(metered: &MeteredPrice) -> Self {
        Self {
            feature: metered.feature.to_string(),
            name: metered.name.clone(),
            included: metered.included,
            amount: metered.price.amount,
            per: metered.price.per,
        }
    }
}
