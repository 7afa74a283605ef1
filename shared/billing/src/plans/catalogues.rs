//! What a new tenant can begin with: plans and the meters that they count by. It makes its own beside them, or instead.

use std::collections::BTreeMap;

use allowances::{PlanAccess, RateLimits};
use kernel::{Currency, Money, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Aggregation, BaseTiming, Feature, Interval, Label, Meter, MeteredPrice, Plan, PlanKey, PlanPrice, Pricing,
    Proration, Quota, UnitPrice, catalogue,
};

/// A set of plans and meters that a tenant begins with.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Catalogue {
    /// FREE, BASIC, PREMIUM and ENTERPRISE of a service that predicts prices, counted by calls and predictions.
    #[default]
    AiTrading,
    /// FREE, TEAM and BUSINESS, by seats, with calls of an API counted.
    Saas,
    /// Nothing: the tenant makes its own.
    None,
}

impl Catalogue {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::AiTrading, Self::Saas, Self::None];

    /// As it is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AiTrading => "ai_trading",
            Self::Saas => "saas",
            Self::None => "none",
        }
    }

    /// The one with a name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// Its plans, version 1 of each.
    pub fn plans(self) -> Vec<Plan> {
        match self {
            Self::AiTrading => catalogue(),
            Self::Saas => saas(),
            Self::None => Vec::new(),
        }
    }

    /// The meters that they count by.
    pub fn meters(self, now: Timestamp) -> Vec<Meter> {
        let meter = |key, name, unit| Meter {
            key: Feature::known(key),
            name: Label::known(name),
            unit: Some(Label::known(unit)),
            aggregation: Aggregation::Sum,
            created_at: now,
        };
        let calls = meter("api_calls", "API calls", "call");
        match self {
            Self::AiTrading => vec![calls, meter("predictions", "Predictions", "prediction")],
            Self::Saas => vec![calls],
            Self::None => Vec::new(),
        }
    }
}

/// Seats by the month, and by the year for the price of ten; calls beyond those of the plan by the thousand.
fn saas() -> Vec<Plan> {
    vec![
        Plan { trial_days: 0, ..by_seats("FREE", "Free", None, 1_000, None) },
        by_seats("TEAM", "Team", Some([1_200, 149_000]), 10_000, Some([50, 7_500])),
        by_seats("BUSINESS", "Business", Some([2_400, 299_000]), 100_000, Some([40, 6_000])),
    ]
}

/// So many times an amount of cents or rupiah, for `per` units.
fn unit([cents, rupiah]: [i64; 2], currency: Currency, times: i64, per: u32) -> Pricing {
    let minor = if currency == Currency::IDR { rupiah } else { cents };
    Pricing::PerUnit { price: UnitPrice { amount: Money::new(minor * times, currency), per } }
}

/// A `seat` a month, or a fee of nothing for any number; `calls` a month are included, and a thousand `beyond` cost that much
/// or are not billed. Both are in cents and rupiah.
fn by_seats(key: &'static str, name: &str, seat: Option<[i64; 2]>, calls: u64, beyond: Option<[i64; 2]>) -> Plan {
    let mut prices = Vec::new();
    for currency in [Currency::USD, Currency::IDR] {
        for (interval, months, paid) in [(Interval::MONTH, 1, 1), (Interval::YEAR, 12, 10)] {
            let metered = beyond.map(|minor| MeteredPrice {
                feature: Feature::known("api_calls"),
                name: "API calls".to_owned(),
                included: calls * months,
                pricing: unit(minor, currency, 1, 1_000),
                minimum: None,
            });
            let base = seat.map_or(Pricing::flat(Money::zero(currency)), |seat| unit(seat, currency, paid, 1));
            prices.push(PlanPrice { currency, interval, base, metered: metered.into_iter().collect() });
        }
    }
    Plan {
        key: PlanKey::known(key),
        version: 1,
        name: name.to_owned(),
        features: Vec::new(),
        meters: vec![Feature::known("api_calls")],
        quotas: BTreeMap::from([("apiCallsPerMonth".to_owned(), Quota::AtMost(calls))]),
        trial_days: 14,
        base_timing: BaseTiming::Advance,
        proration: Proration::Day,
        allows_multiple: false,
        aggregations: BTreeMap::new(),
        rate_limits: RateLimits::default(),
        access: PlanAccess::Full,
        prices,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults;

    #[test]
    fn a_name_is_what_is_sent() {
        for catalogue in Catalogue::ALL {
            assert_eq!(serde_json::to_value(catalogue).unwrap(), catalogue.as_str());
            assert_eq!(Catalogue::find(catalogue.as_str()), Some(catalogue));
        }
    }

    #[test]
    fn what_a_tenant_begins_with_follows_the_rules_of_what_it_makes() {
        for catalogue in Catalogue::ALL {
            let meters = catalogue.meters(crate::samples::at("2026-11-21T01:00:00Z"));
            let known = meters.into_iter().map(|meter| (meter.key, meter.aggregation)).collect();
            for plan in catalogue.plans() {
                assert_eq!(faults(&plan, &known), [], "{catalogue:?} {}", plan.key);
                assert_eq!(plan.key.to_string().parse(), Ok(plan.key.clone()));
            }
        }
    }

    #[test]
    fn a_year_of_seats_costs_ten_months() {
        for plan in Catalogue::Saas.plans() {
            for currency in [Currency::USD, Currency::IDR] {
                let cost = |interval| plan.price(currency, interval).unwrap().base.cost(7).unwrap().minor();
                assert_eq!(cost(Interval::YEAR), cost(Interval::MONTH) * 10, "{}", plan.key);
            }
        }
    }
}
