//! What a tenant has set up: providers with their keys, models as chains of targets, tiers, budgets, and what is kept or logged.

use kernel::{AiKeyId, Timestamp};
use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

use crate::{AiName, MonthLimit, NanoDollars, RedactionPattern, TierRules};

/// How many providers a tenant has.
pub const MOST_PROVIDERS: usize = 20;
/// How many models a tenant names.
pub const MOST_MODELS: usize = 100;
/// How many targets a model has.
pub const MOST_TARGETS: usize = 8;

/// The settings of a tenant, as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AiSettings {
    /// Whom models are asked of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<ProviderSetup>,
    /// What callers may name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<NamedModel>,
    /// What the holders of plans may use, from the smallest plan to the largest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<TierRules>,
    /// What a month of UTC may cost in all; nothing where it is not limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month_nano_usd: Option<NanoDollars>,
    /// For how many seconds the answer to a request is kept for the same request; nothing where none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_seconds: Option<u32>,
    /// What is blacked out in what is logged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redactions: Vec<RedactionPattern>,
    /// Whether prompts and answers are logged at all.
    #[serde(default)]
    pub log_prompts: bool,
    /// Raised whenever a budget is set that was not there: a counter of an earlier epoch is counted anew.
    #[serde(default)]
    pub epoch: u64,
    /// Since when the epoch holds; nothing before the first budget.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limited_since: Option<Timestamp>,
    /// When it was last changed; nothing where it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Raised by every change; 0 before the first.
    #[serde(default)]
    pub version: u64,
}

impl Record for AiSettings {
    const ROWS: &'static [&'static str] = &["AI / SETTINGS"];
}

/// A provider of models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderSetup {
    /// What targets call it.
    pub name: AiName,
    /// How it is spoken to.
    pub kind: ProviderKind,
    /// Where it is, of a compatible server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Its key, which is in the secret store; nothing for a server that takes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<ProviderKey>,
}

/// A key of a provider. The key itself is in the secret store alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderKey {
    /// What it is called in the secret store.
    pub id: AiKeyId,
    /// Its last four characters.
    pub last4: String,
    /// When it was given.
    pub created_at: Timestamp,
}

impl Record for ProviderKey {
    /// Written before the key goes to the secret store, so that an erasure finds it whatever happens in between.
    const ROWS: &'static [&'static str] = &["AI / KEY#{key}"];
}

/// How a provider is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// OpenAI.
    Openai,
    /// Anthropic, by its Messages API.
    Anthropic,
    /// Gemini, by `generateContent`.
    Gemini,
    /// DeepSeek.
    Deepseek,
    /// Any server that takes what OpenAI takes; its `baseUrl` is required.
    Compatible,
}

/// A model as callers name it: targets, in the order in which they are tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NamedModel {
    /// What callers send as `model`.
    pub name: AiName,
    /// Who is asked, one after the other.
    #[schema(min_items = 1, max_items = 8)]
    pub targets: Vec<TargetSetup>,
}

/// A model of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TargetSetup {
    /// One of the providers, by its name.
    pub provider: AiName,
    /// What the provider calls the model.
    pub model: AiName,
    /// How many tokens the model takes in all, where that is not known: a request that is too long for one target goes only
    /// to one that takes more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100_000_000)]
    pub context_tokens: Option<u32>,
    /// What a token costs, where the provider's own price list does not hold or is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<OwnPrices>,
}

/// What one token costs, in nano-dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "input": 150, "cacheRead": 75, "cacheWrite": 150, "output": 600 }))]
pub struct OwnPrices {
    /// Of the prompt, where no cache of the provider's has it.
    pub input: NanoDollars,
    /// Of the prompt, where one has it.
    pub cache_read: NanoDollars,
    /// Of the prompt, where it is put into one.
    pub cache_write: NanoDollars,
    /// Of the answer.
    pub output: NanoDollars,
}

impl AiSettings {
    /// The model of a name.
    pub fn model(&self, name: &str) -> Option<&NamedModel> {
        self.models.iter().find(|model| model.name.as_str() == name)
    }

    /// The provider of a name.
    pub fn provider(&self, name: &AiName) -> Option<&ProviderSetup> {
        self.providers.iter().find(|provider| provider.name == *name)
    }

    /// The keys that are in use.
    pub fn keys(&self) -> impl Iterator<Item = &ProviderKey> {
        self.providers.iter().filter_map(|provider| provider.key.as_ref())
    }

    /// A limit of these settings, of whatever budget.
    pub const fn limit(&self, nano: NanoDollars) -> MonthLimit {
        MonthLimit { nano: nano.get(), epoch: self.epoch, since: self.limited_since }
    }

    /// Whether these limit what those before them did not: then counters are counted anew.
    pub fn limits_more_than(&self, before: &Self) -> bool {
        let has = |tiers: &[TierRules], plan: &str| {
            tiers.iter().any(|tier| tier.plan.as_str() == plan && tier.month_nano_usd.is_some())
        };
        let of_all = self.month_nano_usd.is_some() && before.month_nano_usd.is_none();
        let of_tier = |tier: &TierRules| tier.month_nano_usd.is_some() && !has(&before.tiers, tier.plan.as_str());
        of_all || self.tiers.iter().any(of_tier)
    }
}
