//! A plan, as callers see one.

use std::collections::BTreeMap;

use billing::{
    BaseTiming, Interval, MeteredPrice, PlanAccess, PlanPrice, PlanState, Pricing, Proration, Quota, RateLimits,
};
use kernel::{Currency, Money, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A version of a plan.
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
    pub quotas: BTreeMap<String, Quota>,
    /// How many days are free before the first paid period.
    pub trial_days: u16,
    /// When the base fee of a period is billed: in `advance`, or in `arrears`. Usage is always billed after its period.
    pub base_timing: BaseTiming,
    /// What a part of a period is counted in when it is changed, left or paused.
    pub proration: Proration,
    /// Whether a customer may hold it several times at once.
    pub allows_multiple: bool,
    /// How many calls of the API each of its holders' users has; the default when it says nothing.
    pub rate_limits: RateLimits,
    /// How much of the API its holders reach.
    pub access: PlanAccess,
    /// Since when the plan is sold no more; what was sold of it goes on.
    pub archived_at: Option<Timestamp>,
    /// What it costs, per currency and interval, without the taxes that come on top.
    pub prices: Vec<PriceView>,
}

/// What a plan costs in one currency and interval.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PriceView {
    pub currency: Currency,
    pub interval: Interval,
    /// The fee of every period by the quantity: `{"model": "flat", …}`, `per_unit`, `graduated`, `volume` or `package`.
    pub base: Pricing,
    /// What is billed by use.
    pub metered: Vec<MeteredView>,
}

/// Something that is billed by use beyond what the base fee includes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeteredView {
    /// The meter that counts it.
    #[schema(example = "predictions")]
    pub feature: String,
    /// What it is called on an invoice.
    #[schema(example = "Predictions")]
    pub name: String,
    /// How many units of a period the base fee covers.
    pub included: u64,
    /// How the units beyond are priced: `{"model": "per_unit", …}`, `graduated`, `volume`, `package` or `flat`.
    pub pricing: Pricing,
    /// What a period costs at least.
    pub minimum: Option<Money>,
}

impl From<PlanState> for PlanView {
    fn from(state: PlanState) -> Self {
        let PlanState { plan, archived_at } = state;
        Self {
            key: plan.key.to_string(),
            version: plan.version,
            name: plan.name,
            features: plan.features,
            meters: plan.meters.into_iter().map(String::from).collect(),
            quotas: plan.quotas,
            trial_days: plan.trial_days,
            base_timing: plan.base_timing,
            proration: plan.proration,
            allows_multiple: plan.allows_multiple,
            rate_limits: plan.rate_limits,
            access: plan.access,
            archived_at,
            prices: plan.prices.into_iter().map(PriceView::from).collect(),
        }
    }
}

impl From<PlanPrice> for PriceView {
    fn from(price: PlanPrice) -> Self {
        let metered = price.metered.into_iter().map(MeteredView::from).collect();
        Self { currency: price.currency, interval: price.interval, base: price.base, metered }
    }
}

impl From<MeteredPrice> for MeteredView {
    fn from(metered: MeteredPrice) -> Self {
        let MeteredPrice { feature, name, included, pricing, minimum } = metered;
        Self { feature: feature.into(), name, included, pricing, minimum }
    }
}
