//! A plan, as callers give one.

use std::collections::BTreeMap;

use billing::{
    Aggregation, BaseTiming, Feature, Interval, Label, MeteredPrice, Plan, PlanAccess, PlanFault, PlanKey, PlanPrice,
    Pricing, Proration, Quota, RateLimits,
};
use kernel::{Currency, Money};
use serde::Deserialize;
use utoipa::ToSchema;
use web::Problem;

/// What a version of a plan sells, and for how much.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PlanBody {
    /// The name for people, and on invoices.
    pub name: Label,
    /// What it entitles to: names that your own service asks for.
    #[serde(default)]
    #[schema(max_items = 50, example = json!(["reports", "sso"]))]
    pub features: Vec<Feature>,
    /// What is counted against a subscription without being billed. What is priced is counted anyway.
    #[serde(default)]
    #[schema(max_items = 50, example = json!(["api_calls"]))]
    pub meters: Vec<Feature>,
    /// How much of what it allows, by names of your own: what is counted, then `PerDay`, `PerMonth` or nothing for a billing
    /// period. -1 is unlimited.
    #[serde(default)]
    #[schema(example = json!({"projects": 10}))]
    pub quotas: BTreeMap<QuotaName, Quota>,
    /// How many days are free before the first paid period.
    #[serde(default)]
    #[schema(maximum = 730, example = 14)]
    pub trial_days: u16,
    /// When the base fee of a period is billed; in advance when left out.
    #[serde(default)]
    pub base_timing: BaseTiming,
    /// What a part of a period is counted in when it is changed, left or paused: days when left out.
    #[serde(default)]
    pub proration: Proration,
    /// Whether a customer may hold it several times at once; once when left out.
    #[serde(default)]
    pub allows_multiple: bool,
    /// How many calls of the API each of its holders' users has: per minute, hour and day; the default when left out.
    #[serde(default)]
    pub rate_limits: RateLimits,
    /// How much of the API its holders reach: all that their roles allow when left out.
    #[serde(default)]
    pub access: PlanAccess,
    /// One for each currency and interval that it is sold in, 40 at most.
    #[schema(min_items = 1, max_items = 40)]
    pub prices: Vec<PriceBody>,
}

/// What a plan costs in one currency and interval, without the taxes that come on top.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "currency": "IDR", "interval": "month",
    "base": { "model": "flat", "amount": { "amount": 149_000, "currency": "IDR" } },
    "metered": [{
        "feature": "api_calls", "name": "API calls", "included": 10_000,
        "pricing": { "model": "per_unit", "price": { "amount": { "amount": 7_500, "currency": "IDR" }, "per": 1_000 } }
    }]
}))]
pub struct PriceBody {
    /// The currency of all amounts here.
    pub currency: Currency,
    /// How often it is billed; monthly when left out.
    #[serde(default = "monthly")]
    #[schema(value_type = Option<Interval>)]
    pub interval: Interval,
    /// The fee of every period, by the quantity that is subscribed to.
    pub base: Pricing,
    /// What is billed by use.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub metered: Vec<MeteredBody>,
}

/// Something that is billed by use beyond what the base fee includes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MeteredBody {
    /// The meter that counts it.
    pub feature: Feature,
    /// What it is called on an invoice.
    pub name: Label,
    /// How many units of a period the base fee covers; none when left out.
    #[serde(default)]
    pub included: u64,
    /// How the units beyond are priced.
    pub pricing: Pricing,
    /// What a period costs at least.
    pub minimum: Option<Money>,
}

/// The name of a quota.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, pattern = "^[A-Za-z][A-Za-z0-9_]{0,39}$", example = "projects")]
pub struct QuotaName(String);

impl TryFrom<String> for QuotaName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits =
            (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let named = text.starts_with(|first: char| first.is_ascii_alphabetic());
        if fits && named { Ok(Self(text)) } else { Err("use 1 to 40 letters, digits and _, beginning with a letter") }
    }
}

const fn monthly() -> Interval {
    Interval::MONTH
}

impl PlanBody {
    /// This version of the plan, for a tenant that has these meters.
    ///
    /// # Errors
    /// 422 with all that is wrong.
    pub(crate) fn version(
        self,
        key: PlanKey,
        version: u32,
        meters: &BTreeMap<Feature, Aggregation>,
    ) -> Result<Plan, Problem> {
        let plan = Plan {
            key,
            version,
            name: self.name.into(),
            features: self.features.into_iter().map(String::from).collect(),
            meters: self.meters,
            quotas: self.quotas.into_iter().map(|(name, quota)| (name.0, quota)).collect(),
            trial_days: self.trial_days,
            base_timing: self.base_timing,
            proration: self.proration,
            allows_multiple: self.allows_multiple,
            aggregations: BTreeMap::new(),
            rate_limits: self.rate_limits,
            access: self.access,
            prices: self.prices.into_iter().map(PlanPrice::from).collect(),
        };
        plan.checked(meters).map_err(|faults| {
            faults.into_iter().fold(Problem::unacceptable(), |problem, PlanFault { pointer, rule }| {
                problem.with_error(&pointer, rule.code(), rule.to_string())
            })
        })
    }
}

impl From<PriceBody> for PlanPrice {
    fn from(price: PriceBody) -> Self {
        let metered = price.metered.into_iter().map(MeteredPrice::from).collect();
        Self { currency: price.currency, interval: price.interval, base: price.base, metered }
    }
}

impl From<MeteredBody> for MeteredPrice {
    fn from(metered: MeteredBody) -> Self {
        Self {
            feature: metered.feature,
            name: metered.name.into(),
            included: metered.included,
            pricing: metered.pricing,
            minimum: metered.minimum,
        }
    }
}
