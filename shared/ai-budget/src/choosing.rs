//! Which tier a caller is in, and which model answers there.

use crate::{AiBudgetError, AiSettings, NamedModel, TierPolicy, TierRules};

/// Which model answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelChoice<'a> {
    /// The model.
    pub model: &'a NamedModel,
    /// Whether it stands in for the one that was asked for.
    pub substituted: bool,
}

/// The tier of whoever holds these plans: of those that the settings name the largest, which stands last.
pub fn tier_of<'a>(settings: &'a AiSettings, plans: &[&str]) -> Option<&'a TierRules> {
    settings.tiers.iter().rev().find(|tier| plans.contains(&tier.plan.as_str()))
}

/// Which model answers a request for `asked` under a tier; without a tier there is no limit.
///
/// # Errors
/// `UnknownModel`, `ModelNotInPlan`.
pub fn choose_model<'a>(
    settings: &'a AiSettings,
    tier: Option<&TierRules>,
    asked: &str,
) -> Result<ModelChoice<'a>, AiBudgetError> {
    let model = settings.model(asked).ok_or(AiBudgetError::UnknownModel)?;
    let Some(tier) = tier.filter(|tier| !tier.has(asked)) else {
        return Ok(ModelChoice { model, substituted: false });
    };
    let smaller = match tier.policy {
        TierPolicy::Refuse => None,
        TierPolicy::Downgrade => tier.downgrade_to.as_ref().filter(|name| tier.has(name.as_str())),
    };
    let model = smaller.and_then(|name| settings.model(name.as_str()));
    model.map(|model| ModelChoice { model, substituted: true }).ok_or(AiBudgetError::ModelNotInPlan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AiName;

    fn name(text: &str) -> AiName {
        text.to_owned().try_into().unwrap()
    }

    fn tier(plan: &str, models: &[&str], policy: TierPolicy) -> TierRules {
        TierRules {
            plan: name(plan),
            models: Some(models.iter().map(|one| name(one)).collect()),
            policy,
            downgrade_to: Some(name("small")),
            requests_per_minute: None,
            tokens_per_minute: None,
            month_nano_usd: None,
        }
    }

    fn settings(tiers: Vec<TierRules>) -> AiSettings {
        let models = ["small", "top"].map(|one| NamedModel { name: name(one), targets: Vec::new() });
        AiSettings { models: models.to_vec(), tiers, ..AiSettings::default() }
    }

    #[test]
    fn ai_t28_a_free_tier_that_asks_for_a_top_model_is_refused_or_gets_a_smaller_one() {
        let free = tier("FREE", &["small"], TierPolicy::Refuse);
        let all = settings(vec![free.clone()]);
        assert!(matches!(choose_model(&all, Some(&free), "top"), Err(AiBudgetError::ModelNotInPlan)));
        assert!(!choose_model(&all, Some(&free), "small").unwrap().substituted);
        let lenient = TierRules { policy: TierPolicy::Downgrade, ..free };
        let choice = choose_model(&all, Some(&lenient), "top").unwrap();
        assert_eq!((choice.model.name.as_str(), choice.substituted), ("small", true));
    }

    #[test]
    fn what_stands_in_must_be_of_the_plan_and_set_up() {
        let other = TierRules { downgrade_to: Some(name("top")), ..tier("FREE", &["small"], TierPolicy::Downgrade) };
        let all = settings(Vec::new());
        assert!(matches!(choose_model(&all, Some(&other), "top"), Err(AiBudgetError::ModelNotInPlan)));
        let gone = tier("FREE", &[], TierPolicy::Downgrade);
        assert!(matches!(choose_model(&all, Some(&gone), "top"), Err(AiBudgetError::ModelNotInPlan)));
        assert!(matches!(choose_model(&all, None, "other"), Err(AiBudgetError::UnknownModel)));
        assert!(!choose_model(&all, None, "top").unwrap().substituted, "no tier, no limit");
    }

    #[test]
    fn the_largest_of_several_plans_counts() {
        let all = settings(vec![tier("FREE", &[], TierPolicy::Refuse), tier("PRO", &[], TierPolicy::Refuse)]);
        let of = |plans: &[&str]| tier_of(&all, plans).map(|tier| tier.plan.as_str().to_owned());
        assert_eq!(of(&["FREE", "PRO"]).as_deref(), Some("PRO"));
        assert_eq!(of(&["FREE"]).as_deref(), Some("FREE"));
        assert_eq!(of(&["OTHER"]), None);
    }
}
