//! What one caller may.

use crate::{PlanAccess, PlanTerms, RateLimits};

/// How often a caller may call, and how much of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// How often. At least one window is limited.
    pub rates: RateLimits,
    /// How much.
    pub access: PlanAccess,
    /// Who set how often.
    pub set_by: SetBy,
}

/// Who set how often a caller may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// The platform: a deployment for tests is more generous.
    Platform,
    /// A tenant, in what it sold to its customer: that holds everywhere.
    Tenant,
}

/// Members and API keys of a tenant whose plan says nothing, or that has none in force: those of the smallest plan.
const MEMBER: RateLimits = RateLimits { minute: Some(300), hour: None, day: None };
/// Customers without a plan in force, or whose plan says nothing: no more in a minute than a stranger.
const CUSTOMER: RateLimits = RateLimits { minute: Some(60), hour: Some(1_000), day: Some(10_000) };

impl Allowance {
    /// That of a tenant's members and API keys, by the tenant's plan.
    pub fn of_member(plan: Option<PlanTerms>) -> Self {
        let said = plan.unwrap_or_default().rate_limits;
        // A tenant whose plan limits its customers' routes would be a fault of the platform's catalogue.
        let rates = if said.is_unsaid() { MEMBER } else { said };
        Self { rates, access: PlanAccess::Full, set_by: SetBy::Platform }
    }

    /// That of a customer, by all plans in force for whom they act for: of each window the largest. Without any plan it is
    /// basic access, so that no plan is ever given up for more.
    pub fn of_customer(plans: &[PlanTerms]) -> Self {
        let unsaid = |access| Self { rates: CUSTOMER, access, set_by: SetBy::Platform };
        let each = plans.iter().map(|plan| match plan.rate_limits {
            unlimited if unlimited.is_unsaid() => unsaid(plan.access),
            rates => Self { rates, access: plan.access, set_by: SetBy::Tenant },
        });
        each.reduce(Self::or).unwrap_or(unsaid(PlanAccess::Basic))
    }

    fn or(self, other: Self) -> Self {
        let (ours, theirs) = (self.rates, other.rates);
        // No limit is the largest.
        let larger = |one: Option<u32>, two: Option<u32>| one.zip(two).map(|(one, two)| one.max(two));
        let rates = RateLimits {
            minute: larger(ours.minute, theirs.minute),
            hour: larger(ours.hour, theirs.hour),
            day: larger(ours.day, theirs.day),
        };
        let access = if self.access.is_full() || other.access.is_full() { PlanAccess::Full } else { PlanAccess::Basic };
        // Plans that limit different windows leave none limited together: then the first one holds.
        let set_by = match (self.set_by, other.set_by) {
            (SetBy::Tenant, SetBy::Tenant) => SetBy::Tenant,
            (SetBy::Platform, _) | (_, SetBy::Platform) => SetBy::Platform,
        };
        if rates.is_unsaid() { Self { rates: ours, ..self } } else { Self { rates, access, set_by } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(minute: Option<u32>, hour: Option<u32>, day: Option<u32>) -> RateLimits {
        RateLimits { minute, hour, day }
    }

    fn by_platform(rates: RateLimits, access: PlanAccess) -> Allowance {
        Allowance { rates, access, set_by: SetBy::Platform }
    }

    #[test]
    fn a_member_has_what_the_plan_says_or_the_smallest() {
        let of = |rate_limits| {
            Allowance::of_member(Some(PlanTerms { rate_limits, access: PlanAccess::Basic, ..PlanTerms::default() }))
        };
        assert_eq!(of(rates(Some(5_000), None, None)).rates, rates(Some(5_000), None, None));
        assert_eq!(of(RateLimits::default()), Allowance::of_member(None));
        assert_eq!(Allowance::of_member(None), by_platform(MEMBER, PlanAccess::Full));
    }

    #[test]
    fn a_customer_has_the_best_of_their_plans() {
        let free = PlanTerms {
            rate_limits: rates(Some(10), Some(100), Some(1_000)),
            access: PlanAccess::Basic,
            ..PlanTerms::default()
        };
        let large = PlanTerms { rate_limits: rates(Some(1_000), Some(25_000), None), ..PlanTerms::default() };
        let silent = PlanTerms::default();
        let of = Allowance::of_customer;
        assert_eq!(of(&[]), by_platform(CUSTOMER, PlanAccess::Basic));
        assert_eq!(of(&[silent]), by_platform(CUSTOMER, PlanAccess::Full));
        assert_eq!(
            of(&[free]),
            Allowance { rates: free.rate_limits, access: PlanAccess::Basic, set_by: SetBy::Tenant }
        );
        let both = Allowance { rates: large.rate_limits, access: PlanAccess::Full, set_by: SetBy::Tenant };
        assert_eq!([of(&[free, large]), of(&[large, free])], [both; 2]);
        let hourly = PlanTerms { rate_limits: rates(None, Some(5), None), ..PlanTerms::default() };
        let daily = PlanTerms { rate_limits: rates(None, None, Some(5)), ..PlanTerms::default() };
        assert_eq!(of(&[hourly, daily]).rates, hourly.rate_limits, "somebody is always limited by something");
    }
}
