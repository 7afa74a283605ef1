//! What a plan says of each resource.

use allowances::{PlanTerms, Quota};
use kernel::Resource;

/// The bytes of a gigabyte, as plans mean it.
pub const GIGABYTE: u64 = 1 << 30;

/// How much of each resource a tenant has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceLimits {
    users: Quota,
    storage_bytes: Quota,
    api_calls: Quota,
    ai_interactions: Quota,
}

impl ResourceLimits {
    /// Those of a plan; of what it does not say, and without a plan in force, as much as wanted: a tenant without one can
    /// make nothing anyway, but for the platform itself.
    pub fn of(plan: Option<PlanTerms>) -> Self {
        let quotas = plan.unwrap_or_default().quotas;
        let or_any = |quota: Option<Quota>| quota.unwrap_or(Quota::Unlimited);
        Self {
            users: or_any(quotas.users),
            storage_bytes: in_bytes(or_any(quotas.storage_gigabytes)),
            api_calls: or_any(quotas.api_calls_per_month),
            ai_interactions: or_any(quotas.ai_interactions_per_month),
        }
    }

    /// The same, where another plan follows: of what is not used up but kept, such as members, no more than the other
    /// allows, so that all fits when it comes.
    #[must_use]
    pub fn held_to(self, next: &Self) -> Self {
        Self {
            users: smaller(self.users, next.users),
            storage_bytes: smaller(self.storage_bytes, next.storage_bytes),
            ..self
        }
    }

    /// How many of `more` units of a month are billed, when `before` of it were used before: those beyond what the plan includes.
    /// None where more is refused, and without a limit.
    pub fn billed_of_month(&self, resource: Resource, before: u64, more: u64) -> u64 {
        let beyond = |used: u64, included: u64| used.saturating_sub(included);
        match self.quota(resource) {
            Quota::Including(included) => {
                beyond(before.saturating_add(more), included).saturating_sub(beyond(before, included))
            }
            Quota::AtMost(_) | Quota::Unlimited => 0,
        }
    }

    /// How much of this resource.
    pub const fn quota(&self, resource: Resource) -> Quota {
        match resource {
            Resource::Users => self.users,
            Resource::StorageBytes => self.storage_bytes,
            Resource::ApiCalls => self.api_calls,
            Resource::AiInteractions => self.ai_interactions,
        }
    }
}

/// The second, where that refuses what the first allows.
fn smaller(present: Quota, next: Quota) -> Quota {
    match (present, next) {
        (Quota::AtMost(most), Quota::AtMost(next)) => Quota::AtMost(most.min(next)),
        (Quota::Unlimited | Quota::Including(_), Quota::AtMost(_)) => next,
        (_, Quota::Unlimited | Quota::Including(_)) => present,
    }
}

const fn in_bytes(gigabytes: Quota) -> Quota {
    match gigabytes {
        Quota::Unlimited => Quota::Unlimited,
        Quota::AtMost(limit) => Quota::AtMost(limit.saturating_mul(GIGABYTE)),
        Quota::Including(limit) => Quota::Including(limit.saturating_mul(GIGABYTE)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn calls(quota: Quota) -> ResourceLimits {
        ResourceLimits { api_calls: quota, ..ResourceLimits::of(None) }
    }

    proptest! {
        #[test]
        fn the_days_of_a_month_are_billed_what_its_usage_says_is_beyond(
            days in prop::collection::vec(0_u64..500, 0..31), included in 0_u64..3_000,
        ) {
            let limits = calls(Quota::Including(included));
            let (mut before, mut billed) = (0, 0);
            for day in days {
                billed += limits.billed_of_month(Resource::ApiCalls, before, day);
                before += day;
            }
            prop_assert_eq!(billed, before.saturating_sub(included));
        }
    }

    #[test]
    fn what_is_refused_or_without_limit_is_not_billed() {
        for quota in [Quota::AtMost(10), Quota::Unlimited] {
            assert_eq!(calls(quota).billed_of_month(Resource::ApiCalls, 9, 5), 0);
        }
        // After a month that used more under a larger plan, what follows is beyond; what was before is not billed again.
        assert_eq!(calls(Quota::Including(10)).billed_of_month(Resource::ApiCalls, 50, 5), 5);
    }

    #[test]
    fn a_plan_says_gigabytes_and_files_are_counted_in_bytes() {
        let plan: PlanTerms = serde_json::from_value(serde_json::json!({
            "quotas": {
                "users": 10, "storageGigabytes": { "limit": 5, "overage": "allow" }, "apiCallsPerMonth": -1, "seats": 3
            }
        }))
        .unwrap();
        let limits = ResourceLimits::of(Some(plan));
        let quotas = Resource::ALL.map(|resource| limits.quota(resource));
        let expected = [Quota::AtMost(10), Quota::Including(5_368_709_120), Quota::Unlimited, Quota::Unlimited];
        assert_eq!(quotas, expected);
        assert_eq!(Resource::ALL.map(|one| ResourceLimits::of(None).quota(one)), [Quota::Unlimited; 4]);
    }

    #[test]
    fn of_two_plans_the_smaller_holds_for_what_is_kept() {
        let limits = |quotas: serde_json::Value| {
            let plan: PlanTerms = serde_json::from_value(serde_json::json!({ "quotas": quotas })).unwrap();
            ResourceLimits::of(Some(plan))
        };
        let small = limits(serde_json::json!({ "users": 10, "apiCallsPerMonth": 100 }));
        let large = limits(serde_json::json!({
            "users": { "limit": 100, "overage": "allow" }, "apiCallsPerMonth": { "limit": 1_000, "overage": "allow" }
        }));
        let held = large.held_to(&small);
        assert_eq!(held.quota(Resource::Users), Quota::AtMost(10));
        assert_eq!(held.quota(Resource::ApiCalls), Quota::Including(1_000), "a month's use is that of its plan");
        assert_eq!(small.held_to(&large).quota(Resource::Users), Quota::AtMost(10));
        assert_eq!(small.held_to(&limits(serde_json::json!({ "users": 3 }))).quota(Resource::Users), Quota::AtMost(3));
    }
}
