//! Which tier a caller is in.

use std::sync::Arc;

use ai_budget::{AiBudgetError, AiSettings, ModelChoice, TierRules, choose_model, tier_of};
use identity::Reach;
use web::{Api, Caller, Limit, Problem, WhenDown};

use crate::AiUse;

/// What a caller may use.
#[derive(Clone, Debug)]
pub(crate) enum Tier {
    /// All: API keys and members.
    All,
    /// What a plan says.
    Rules(TierRules),
    /// Nothing: a customer whose plans the settings do not name.
    Nothing,
}

impl Tier {
    /// The tier of a caller. Nothing is read for API keys and members; for customers one read of whom they act for, and one query for
    /// each of these.
    pub(crate) async fn of(api: &Api, caller: &Caller<AiUse>, settings: &Arc<AiSettings>) -> Result<Self, Problem> {
        if caller.reach == Reach::Tenant {
            return Ok(Self::All);
        }
        if settings.tiers.is_empty() {
            return Ok(Self::Nothing);
        }
        let parties = caller.parties_now(api).await?;
        let plans = allowances::of_customers(api.table(), caller.scope, &parties).await?;
        let keys: Vec<&str> = plans.iter().map(allowances::PlanVersion::key).collect();
        Ok(tier_of(settings, &keys).map_or(Self::Nothing, |rules| Self::Rules(rules.clone())))
    }

    /// Whether it has a model.
    pub(crate) fn has(&self, model: &str) -> bool {
        match self {
            Self::All => true,
            Self::Rules(rules) => rules.has(model),
            Self::Nothing => false,
        }
    }

    /// What a plan says; nothing for those that no plan limits.
    pub(crate) const fn rules(&self) -> Option<&TierRules> {
        match self {
            Self::All | Self::Nothing => None,
            Self::Rules(rules) => Some(rules),
        }
    }

    /// Which model answers.
    pub(crate) fn choose<'a>(&self, settings: &'a AiSettings, asked: &str) -> Result<ModelChoice<'a>, AiBudgetError> {
        match self {
            // The same words for what is not set up and what is not for them.
            Self::Nothing => Err(AiBudgetError::ModelNotInPlan),
            Self::All | Self::Rules(_) => choose_model(settings, self.rules(), asked),
        }
    }

    /// Counts a request of so many tokens against what the tier has in a minute. One write for each that it limits.
    pub(crate) async fn count(&self, api: &Api, caller: &Caller<AiUse>, tokens: u64) -> Result<(), Problem> {
        let Some(rules) = self.rules() else { return Ok(()) };
        if let Some(calls) = rules.requests_per_minute {
            caller.limit_sold(api, limit("ai-requests", calls), 1).await?;
        }
        if let Some(most) = rules.tokens_per_minute.filter(|_| tokens > 0) {
            let tokens = u32::try_from(tokens).unwrap_or(u32::MAX);
            caller.limit_sold(api, limit("ai-tokens", most), tokens).await?;
        }
        Ok(())
    }
}

const fn limit(name: &'static str, calls: u32) -> Limit {
    Limit { name, calls, window_seconds: 60, when_down: WhenDown::Open }
}
