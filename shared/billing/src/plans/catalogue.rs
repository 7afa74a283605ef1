//! The plans that a new tenant starts with, and those that tenants themselves subscribe to.

use allowances::{PlanAccess, RateLimits};
use kernel::{Currency, Money};

use crate::{
    Aggregation, BaseTiming, Feature, Interval, MeteredPrice, Plan, PlanKey, PlanPrice, Pricing, Proration, Quota,
    UnitPrice,
};

/// A yearly price is that of this many months.
const MONTHS_PAID_PER_YEAR: i64 = 10;

/// The tiers that a tenant's customers subscribe to, version 1 of each.
pub fn catalogue() -> Vec<Plan> {
    vec![
        Plan {
            quotas: quotas(&[("apiCallsPerDay", Some(100)), ("predictionsPerMonth", Some(50))]),
            rate_limits: RateLimits { minute: Some(10), hour: Some(100), day: Some(1_000) },
            access: PlanAccess::Basic,
            ..customer_plan("FREE", "Free", &["basic_predictions", "limited_api_calls"], [0, 0], None)
        },
        Plan {
            quotas: quotas(&[("apiCallsPerDay", Some(1_000)), ("predictionsPerMonth", Some(200))]),
            rate_limits: RateLimits { minute: Some(50), hour: Some(1_000), day: Some(10_000) },
            ..customer_plan("BASIC", "Basic", &["advanced_predictions"], [999, 149_000], Some(200))
        },
        Plan {
            quotas: quotas(&[("apiCallsPerDay", Some(10_000)), ("predictionsPerMonth", Some(1_000))]),
            rate_limits: RateLimits { minute: Some(200), hour: Some(5_000), day: Some(50_000) },
            ..customer_plan(
                "PREMIUM",
                "Premium",
                &["advanced_predictions", "extended_api_calls", "analytics"],
                [2_999, 449_000],
                Some(1_000),
            )
        },
        Plan {
            quotas: quotas(&[("apiCallsPerDay", None), ("predictionsPerMonth", None)]),
            rate_limits: RateLimits { minute: Some(1_000), hour: Some(25_000), day: None },
            ..customer_plan(
                "ENTERPRISE",
                "Enterprise",
                &["unlimited_predictions", "unlimited_api_calls", "custom_models"],
                [9_999, 1_499_000],
                None,
            )
        },
    ]
}

/// The plans that tenants subscribe to, version 1 of each, kept in the platform's own tenant.
pub fn tenant_catalogue() -> Vec<Plan> {
    let starter = TenantQuotas {
        users: Quota::AtMost(10),
        storage_gigabytes: Quota::AtMost(5),
        api_calls: 10_000,
        ai_interactions: 1_000,
        requests_per_minute: 300,
    };
    let professional = TenantQuotas {
        users: Quota::Including(100),
        storage_gigabytes: Quota::Including(50),
        api_calls: 100_000,
        ai_interactions: 10_000,
        requests_per_minute: 1_000,
    };
    let enterprise = TenantQuotas {
        users: Quota::Including(1_000),
        storage_gigabytes: Quota::Including(500),
        api_calls: 1_000_000,
        ai_interactions: 100_000,
        requests_per_minute: 5_000,
    };
    vec![
        tenant_plan("STARTER", "Starter", [2_900, 449_000], &starter),
        tenant_plan("PROFESSIONAL", "Professional", [9_900, 1_499_000], &professional),
        tenant_plan("ENTERPRISE", "Enterprise", [29_900, 4_499_000], &enterprise),
    ]
}

/// What is counted and what a unit beyond the included ones costs: cents per block, rupiah per block, block.
struct Overage {
    feature: &'static str,
    name: &'static str,
    included_per_month: u64,
    amounts: [i64; 2],
    per: u32,
    counted: Counted,
}

/// How what is counted adds up over a billing period.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    /// All of it together: a year includes twelve months of it.
    Together,
    /// The most there was on a day: a year includes as many as a month, and one more costs ten months.
    AtMost,
}

/// `base` in cents and in rupiah per month; `included` predictions per month, `None` where they are not billed.
fn customer_plan(key: &'static str, name: &str, features: &[&str], base: [i64; 2], included: Option<u64>) -> Plan {
    let overage = included.map(|included_per_month| Overage {
        feature: "predictions",
        name: "Predictions",
        included_per_month,
        amounts: [2, 300],
        per: 1,
        counted: Counted::Together,
    });
    Plan {
        key: PlanKey::known(key),
        version: 1,
        name: name.to_owned(),
        features: features.iter().map(|feature| (*feature).to_owned()).collect(),
        meters: vec![Feature::known("api_calls"), Feature::known("predictions")],
        quotas: quotas(&[]),
        rate_limits: RateLimits::default(),
        access: PlanAccess::Full,
        trial_days: 0,
        base_timing: BaseTiming::Advance,
        proration: Proration::Day,
        allows_multiple: false,
        aggregations: std::collections::BTreeMap::new(),
        prices: prices(base, overage.as_slice()),
    }
}

/// What a tenant plan allows, per month where it is used up. What is included is billed beyond that.
struct TenantQuotas {
    users: Quota,
    storage_gigabytes: Quota,
    api_calls: u64,
    ai_interactions: u64,
    requests_per_minute: u32,
}

fn tenant_plan(key: &'static str, name: &str, base: [i64; 2], allowed: &TenantQuotas) -> Plan {
    let mut overages = vec![
        Overage {
            feature: "ai_interactions",
            name: "AI interactions",
            included_per_month: allowed.ai_interactions,
            amounts: [1, 150],
            per: 1,
            counted: Counted::Together,
        },
        Overage {
            feature: "api_calls",
            name: "API calls beyond those included",
            // What a month includes is the quota's: only calls beyond it are reported.
            included_per_month: 0,
            amounts: [100, 15_000],
            per: 1_000,
            counted: Counted::Together,
        },
    ];
    if let Quota::Including(users) = allowed.users {
        overages.push(Overage {
            feature: "users",
            name: "Members",
            included_per_month: users,
            amounts: [100, 15_000],
            per: 1,
            counted: Counted::AtMost,
        });
    }
    if let Quota::Including(gigabytes) = allowed.storage_gigabytes {
        overages.push(Overage {
            feature: "storage_gigabytes",
            name: "Storage in gigabytes",
            included_per_month: gigabytes,
            amounts: [20, 3_000],
            per: 1,
            counted: Counted::AtMost,
        });
    }
    let most = overages.iter().filter(|one| one.counted == Counted::AtMost);
    let aggregations = most.map(|one| (Feature::known(one.feature), Aggregation::Max)).collect();
    Plan {
        key: PlanKey::known(key),
        version: 1,
        name: name.to_owned(),
        features: Vec::new(),
        meters: overages.iter().map(|one| Feature::known(one.feature)).collect(),
        quotas: [
            ("users", allowed.users),
            ("storageGigabytes", allowed.storage_gigabytes),
            ("apiCallsPerMonth", Quota::Including(allowed.api_calls)),
            ("aiInteractionsPerMonth", Quota::Including(allowed.ai_interactions)),
        ]
        .map(|(name, quota)| (name.to_owned(), quota))
        .into(),
        rate_limits: RateLimits { minute: Some(allowed.requests_per_minute), hour: None, day: None },
        access: PlanAccess::Full,
        trial_days: 14,
        base_timing: BaseTiming::Advance,
        proration: Proration::Day,
        allows_multiple: false,
        aggregations,
        prices: prices(base, &overages),
    }
}

/// `None` is unlimited.
fn quotas(named: &[(&str, Option<u64>)]) -> std::collections::BTreeMap<String, Quota> {
    named.iter().map(|(name, most)| ((*name).to_owned(), most.map_or(Quota::Unlimited, Quota::AtMost))).collect()
}

/// Per month and per year, in dollars and in rupiah.
fn prices(base: [i64; 2], overages: &[Overage]) -> Vec<PlanPrice> {
    let [cents, rupiah] = base;
    let mut prices = Vec::new();
    for (currency, base) in [(Currency::USD, cents), (Currency::IDR, rupiah)] {
        for (interval, base, months) in [(Interval::MONTH, base, 1), (Interval::YEAR, base * MONTHS_PAID_PER_YEAR, 12)]
        {
            let metered = overages.iter().map(|overage| metered_price(overage, currency, months)).collect();
            prices.push(PlanPrice { currency, interval, base: Pricing::flat(Money::new(base, currency)), metered });
        }
    }
    prices
}

fn metered_price(overage: &Overage, currency: Currency, months: u64) -> MeteredPrice {
    let [cents, rupiah] = overage.amounts;
    let minor = if currency == Currency::IDR { rupiah } else { cents };
    let (included, minor) = match overage.counted {
        Counted::Together => (overage.included_per_month * months, minor),
        Counted::AtMost if months > 1 => (overage.included_per_month, minor * MONTHS_PAID_PER_YEAR),
        Counted::AtMost => (overage.included_per_month, minor),
    };
    let amount = Money::new(minor, currency);
    MeteredPrice {
        feature: Feature::known(overage.feature),
        name: overage.name.to_owned(),
        included,
        pricing: Pricing::PerUnit { price: UnitPrice { amount, per: overage.per } },
        minimum: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(plan: &Plan, currency: Currency, interval: Interval) -> i64 {
        plan.price(currency, interval).unwrap().base.cost(1).unwrap().minor()
    }

    #[test]
    fn the_tiers_cost_what_the_specification_says() {
        let monthly: Vec<_> =
            catalogue().iter().map(|plan| (plan.key.to_string(), base(plan, Currency::USD, Interval::MONTH))).collect();
        let expected = [("FREE", 0), ("BASIC", 999), ("PREMIUM", 2_999), ("ENTERPRISE", 9_999)];
        assert_eq!(monthly, expected.map(|(key, price)| (key.to_owned(), price)));
        let tenants: Vec<_> =
            tenant_catalogue().iter().map(|plan| base(plan, Currency::USD, Interval::MONTH)).collect();
        assert_eq!(tenants, [2_900, 9_900, 29_900]);
    }

    #[test]
    fn callers_are_limited_as_the_specification_says() {
        let limits = |plans: Vec<Plan>| plans.into_iter().map(|plan| plan.rate_limits.windows()).collect::<Vec<_>>();
        let tiers = [
            [Some(10), Some(100), Some(1_000)],
            [Some(50), Some(1_000), Some(10_000)],
            [Some(200), Some(5_000), Some(50_000)],
            [Some(1_000), Some(25_000), None],
        ];
        assert_eq!(limits(catalogue()), tiers);
        assert_eq!(limits(tenant_catalogue()), [300, 1_000, 5_000].map(|calls| [Some(calls), None, None]));
        let basic: Vec<_> =
            catalogue().into_iter().filter(|plan| !plan.access.is_full()).map(|plan| plan.key).collect();
        assert_eq!(basic, [PlanKey::known("FREE")]);
    }

    #[test]
    fn a_year_costs_ten_months_and_includes_twelve() {
        for plan in catalogue().iter().chain(&tenant_catalogue()) {
            for currency in [Currency::USD, Currency::IDR] {
                let (month, year) =
                    (plan.price(currency, Interval::MONTH).unwrap(), plan.price(currency, Interval::YEAR).unwrap());
                assert_eq!(base(plan, currency, Interval::YEAR), base(plan, currency, Interval::MONTH) * 10);
                for (monthly, yearly) in month.metered.iter().zip(&year.metered) {
                    let [cost_of_month, cost_of_year] =
                        [monthly, yearly].map(|one| one.pricing.cost(7_000).unwrap().minor());
                    match plan.aggregations.get(&monthly.feature) {
                        Some(Aggregation::Max) => {
                            assert_eq!((yearly.included, cost_of_year), (monthly.included, cost_of_month * 10));
                        }
                        other => {
                            assert_eq!(other, None);
                            assert_eq!((yearly.included, cost_of_year), (monthly.included * 12, cost_of_month));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_a_tenant_plan_does_not_block_it_bills() {
        for plan in tenant_catalogue() {
            let priced = |feature: &'static str| {
                plan.prices.iter().all(|price| price.metered.iter().any(|one| one.feature == Feature::known(feature)))
            };
            for (quota, feature) in [
                ("users", "users"),
                ("storageGigabytes", "storage_gigabytes"),
                ("apiCallsPerMonth", "api_calls"),
                ("aiInteractionsPerMonth", "ai_interactions"),
            ] {
                let is_billed = matches!(plan.quotas.get(quota), Some(Quota::Including(_)));
                assert_eq!(priced(feature), is_billed, "{} {quota}", plan.key);
            }
            let read: allowances::PlanTerms = serde_json::from_value(serde_json::to_value(&plan).unwrap()).unwrap();
            assert_eq!(read.quotas.users, plan.quotas.get("users").copied());
            assert_eq!(read.quotas.storage_gigabytes, plan.quotas.get("storageGigabytes").copied());
            assert_eq!(read.quotas.api_calls_per_month, plan.quotas.get("apiCallsPerMonth").copied());
            assert_eq!(read.quotas.ai_interactions_per_month, plan.quotas.get("aiInteractionsPerMonth").copied());
        }
    }

    #[test]
    fn the_documents_name_every_quota_and_meter_of_a_tenants_plan() {
        const API: &str = include_str!("../../../../docs/API.md");
        for plan in tenant_catalogue() {
            let meters = plan.meters.iter().map(ToString::to_string);
            for name in plan.quotas.keys().cloned().chain(meters) {
                assert!(API.contains(&format!("| `{name}` |")), "docs/API.md has no row with {name}");
            }
        }
    }

    #[test]
    fn every_plan_survives_its_own_rules() {
        for plan in catalogue().into_iter().chain(tenant_catalogue()) {
            let read: Plan = serde_json::from_value(serde_json::to_value(&plan).unwrap()).unwrap();
            assert_eq!(read, plan);
            let terms: allowances::PlanTerms = serde_json::from_value(serde_json::to_value(&plan).unwrap()).unwrap();
            assert_eq!((terms.rate_limits, terms.access), (plan.rate_limits, plan.access));
            for price in &plan.prices {
                let metered = price.metered.iter().flat_map(|metered| metered.pricing.amounts());
                assert!(price.base.amounts().into_iter().chain(metered).all(|one| one.currency() == price.currency));
                assert!(price.metered.iter().all(|metered| plan.meters.contains(&metered.feature)));
            }
        }
    }

    #[test]
    fn predictions_beyond_the_tier_are_billed_for_basic_and_premium_only() {
        let included: Vec<_> = catalogue()
            .iter()
            .map(|plan| plan.price(Currency::IDR, Interval::MONTH).unwrap().metered.first().map(|m| m.included))
            .collect();
        assert_eq!(included, [None, Some(200), Some(1_000), None]);
    }
}
