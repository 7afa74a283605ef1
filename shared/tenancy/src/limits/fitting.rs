//! Whether what a tenant keeps, members and files, fits into another plan. What a month uses up starts again by itself.

use std::fmt;

use allowances::Quota;
use kernel::{Fault, FaultKind, Resource};

use crate::limits::{ResourceLimits, ResourceState};

/// What there is more of than a plan allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surplus {
    /// Members, or bytes of files.
    pub resource: Resource,
    /// How much the plan allows.
    pub limit: u64,
    /// How much there is.
    pub used: u64,
}

/// Why a tenant cannot have a plan: there is more than that allows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is more than this plan allows: {}; make room first, or choose a larger plan", listed(.0))]
pub struct PlanTooSmall(pub Vec<Surplus>);

impl Fault for PlanTooSmall {
    fn kind(&self) -> FaultKind {
        FaultKind::Conflict
    }

    fn code(&self) -> &'static str {
        "OVER_PLAN_LIMITS"
    }

    /// Somebody may make room.
    fn is_final(&self) -> bool {
        false
    }
}

impl ResourceLimits {
    /// Whether a plan blocks more of a resource than it includes.
    pub const fn blocks(&self, resource: Resource) -> bool {
        matches!(self.quota(resource), Quota::AtMost(_))
    }

    /// `Ok` where all that is kept fits into these limits, of the plan that is wanted. What is over them is no matter
    /// where the present plan allows no more either.
    ///
    /// # Errors
    /// What is over, and by how much.
    pub fn fit(&self, states: &[ResourceState]) -> Result<(), PlanTooSmall> {
        let surplus: Vec<Surplus> = states.iter().filter_map(|state| self.surplus(state)).collect();
        if surplus.is_empty() { Ok(()) } else { Err(PlanTooSmall(surplus)) }
    }

    fn surplus(&self, state: &ResourceState) -> Option<Surplus> {
        let (resource, used) = (state.resource, state.count.units());
        let Quota::AtMost(limit) = self.quota(resource) else { return None };
        let is_no_less = matches!(state.quota, Quota::AtMost(present) if present <= limit);
        (!resource.is_monthly() && !is_no_less && used > limit).then_some(Surplus { resource, limit, used })
    }
}

impl fmt::Display for Surplus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { resource, limit, used } = self;
        let words = match resource {
            Resource::Users => "members",
            Resource::StorageBytes => "bytes of files",
            Resource::ApiCalls => "calls of the API",
            Resource::AiInteractions => "AI interactions",
        };
        write!(f, "{used} {words} of {limit}, {} too many", used.saturating_sub(*limit))
    }
}

fn listed(surplus: &[Surplus]) -> String {
    surplus.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use allowances::PlanTerms;
    use kernel::TenantId;
    use serde_json::{Value, json};
    use ulid::Ulid;

    use super::*;
    use crate::limits::ResourceCount;

    fn limits(quotas: &Value) -> ResourceLimits {
        let plan: PlanTerms = serde_json::from_value(json!({ "quotas": quotas })).unwrap();
        ResourceLimits::of(Some(plan))
    }

    fn state(resource: Resource, quota: Quota, used: i64) -> ResourceState {
        let count = ResourceCount { used, version: 3, ..ResourceCount::default() };
        let at = "2026-11-21T01:00:00Z".parse().unwrap();
        ResourceState { tenant: TenantId::new(Ulid(7)), tenant_version: 1, resource, quota, count, at }
    }

    #[test]
    fn what_is_over_is_named_with_how_much() {
        let small = limits(&json!({ "users": 10, "storageGigabytes": 1, "apiCallsPerMonth": 5 }));
        let kept = |members: i64, bytes: i64| {
            [
                state(Resource::Users, Quota::Including(100), members),
                state(Resource::StorageBytes, Quota::Unlimited, bytes),
                state(Resource::ApiCalls, Quota::Including(100), 99),
            ]
        };
        assert_eq!(small.fit(&kept(10, 1 << 30)), Ok(()));
        let refused = small.fit(&kept(12, (1 << 30) + 1)).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "there is more than this plan allows: 12 members of 10, 2 too many; 1073741825 bytes of files of 1073741824, \
             1 too many; make room first, or choose a larger plan"
        );
        assert_eq!(refused.0.len(), 2);
    }

    #[test]
    fn a_plan_that_bills_more_or_allows_no_less_than_the_present_one_is_never_too_small() {
        let over = |quota| [state(Resource::Users, quota, 50)];
        assert_eq!(
            limits(&json!({ "users": { "limit": 10, "overage": "allow" } })).fit(&over(Quota::Unlimited)),
            Ok(())
        );
        assert_eq!(limits(&json!({ "users": 10 })).fit(&over(Quota::AtMost(10))), Ok(()));
        assert_eq!(limits(&json!({ "users": 20 })).fit(&over(Quota::AtMost(10))), Ok(()), "it is better than before");
        assert!(limits(&json!({ "users": 10 })).fit(&over(Quota::AtMost(11))).is_err());
    }
}
