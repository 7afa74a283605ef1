//! What the holder of a plan may use.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AiName, NanoDollars};

/// What the holders of one of the tenant's plans may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "plan": "FREE", "models": ["small"], "policy": "downgrade", "downgradeTo": "small", "requestsPerMinute": 10,
    "tokensPerMinute": 20_000, "monthNanoUsd": 500_000_000
}))]
pub struct TierRules {
    /// The key of the plan.
    pub plan: AiName,
    /// Which models, by the names that callers send; all where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100)]
    pub models: Option<Vec<AiName>>,
    /// What becomes of a request for another model.
    #[serde(default)]
    pub policy: TierPolicy,
    /// The model that `downgrade` puts in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub downgrade_to: Option<AiName>,
    /// Requests of each holder in a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub requests_per_minute: Option<u32>,
    /// Tokens of each holder in a minute, of prompts and answers, as estimated before the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub tokens_per_minute: Option<u32>,
    /// What a month of UTC may cost for each holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month_nano_usd: Option<NanoDollars>,
}

/// What becomes of a request for a model that a plan does not have.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierPolicy {
    /// 403 `AI_MODEL_NOT_IN_PLAN`.
    #[default]
    Refuse,
    /// The tier's `downgradeTo` answers, and `X-Model-Substituted` says so.
    Downgrade,
}

impl TierRules {
    /// Whether the plan has a model.
    pub fn has(&self, name: &str) -> bool {
        self.models.as_ref().is_none_or(|models| models.iter().any(|one| one.as_str() == name))
    }
}
