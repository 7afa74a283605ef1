//! The settings as callers see them: without keys.

use ai_budget::{
    AiName, AiSettings, NamedModel, NanoDollars, ProviderKind, ProviderSetup, RedactionPattern, TierRules,
};
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// How the use of models is set up.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiSettingsView {
    /// Whom models are asked of.
    pub providers: Vec<ProviderView>,
    /// What callers may name.
    pub models: Vec<NamedModel>,
    /// What the holders of plans may use, from the smallest plan to the largest.
    pub tiers: Vec<TierRules>,
    /// What a month of UTC may cost in all; null where it is not limited.
    pub month_nano_usd: Option<NanoDollars>,
    /// For how many seconds answers are kept; null where none are.
    pub cache_seconds: Option<u32>,
    /// What is blacked out in what is logged.
    pub redactions: Vec<RedactionPattern>,
    /// Whether prompts and answers are logged.
    pub log_prompts: bool,
    /// When it was last changed; null where it never was.
    pub updated_at: Option<Timestamp>,
}

/// A provider of models.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderView {
    /// What targets call it.
    pub name: AiName,
    /// How it is spoken to.
    pub kind: ProviderKind,
    /// Where it is, of a compatible server.
    pub base_url: Option<String>,
    /// The last four characters of its key; null where it has none.
    #[schema(example = "x9Qz")]
    pub key_last4: Option<String>,
    /// When the key was given.
    pub key_created_at: Option<Timestamp>,
}

impl From<ProviderSetup> for ProviderView {
    fn from(ProviderSetup { name, kind, base_url, key }: ProviderSetup) -> Self {
        let (key_last4, key_created_at) = key.map(|key| (key.last4, key.created_at)).unzip();
        Self { name, kind, base_url, key_last4, key_created_at }
    }
}

impl From<AiSettings> for AiSettingsView {
    fn from(settings: AiSettings) -> Self {
        Self {
            providers: settings.providers.into_iter().map(ProviderView::from).collect(),
            models: settings.models,
            tiers: settings.tiers,
            month_nano_usd: settings.month_nano_usd,
            cache_seconds: settings.cache_seconds,
            redactions: settings.redactions,
            log_prompts: settings.log_prompts,
            updated_at: settings.updated_at,
        }
    }
}
