//! The quotas of a plan as they hold for a subscription at an instant.

use std::collections::BTreeSet;

use kernel::Timestamp;

use crate::{Per, Plan, Quota, Subscription, SubscriptionError, Window};

/// A quota of a plan as it holds for a subscription at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaAllowance {
    /// Its name in the plan, such as `predictionsPerMonth`.
    pub name: String,
    /// The feature that it limits, such as `predictions`.
    pub feature: String,
    /// What it is for.
    pub per: Per,
    /// How much it allows.
    pub quota: Quota,
    /// In which it counts now.
    pub window: Window,
}

/// All quotas of a plan, by name.
///
/// # Errors
/// `OutOfTime`.
pub fn allowances(
    plan: &Plan,
    subscription: &Subscription,
    now: Timestamp,
) -> Result<Vec<QuotaAllowance>, SubscriptionError> {
    let all = plan.quotas.iter().map(|(name, quota)| {
        let (feature, per) = Per::of_quota(name);
        Ok(QuotaAllowance { name: name.clone(), feature, per, quota: *quota, window: per.window(subscription, now)? })
    });
    all.collect()
}

/// All that a plan entitles to by name: its features, what it counts, and what its quotas limit.
pub fn entitled(plan: &Plan) -> BTreeSet<String> {
    let features = plan.features.iter().cloned();
    let meters = plan.meters.iter().map(ToString::to_string);
    let limited = plan.quotas.keys().map(|name| Per::of_quota(name).0);
    features.chain(meters).chain(limited).collect()
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;
    use crate::samples;

    #[test]
    fn a_feature_may_have_several_quotas_and_each_its_window() {
        let now = samples::at("2026-12-05T10:00:30Z");
        let subscription = samples::begun("FREE", Currency::USD, "UTC", "2026-12-01T10:00:00Z");
        let mut plan = samples::plan("FREE");
        plan.quotas.insert("predictionsPerDay".to_owned(), Quota::AtMost(5));
        let all = allowances(&plan, &subscription, now).unwrap();
        let of = |feature| all.iter().filter(|one| one.feature == feature).map(|one| one.per).collect::<Vec<_>>();
        assert_eq!((of("predictions"), of("api_calls")), (vec![Per::Day, Per::Month], vec![Per::Day]));
        let predictions = all.iter().find(|one| one.name == "predictionsPerMonth").unwrap();
        assert_eq!((predictions.quota, predictions.window.start.as_str()), (Quota::AtMost(50), "2026-12-01"));
    }

    #[test]
    fn what_a_plan_entitles_to_has_one_list_of_names() {
        let names = entitled(&samples::plan("FREE"));
        let expected = ["api_calls", "basic_predictions", "limited_api_calls", "predictions"];
        assert_eq!(names.into_iter().collect::<Vec<_>>(), expected);
    }
}
