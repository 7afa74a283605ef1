//! `PUT /api/v1/ai/settings`: how the use of models is set up from now on.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one read, for each new key one write and one call of the secret store, one read and one
//! transaction, both again for every race that is lost; then one read, one query of the keys, and two calls for each that is used no more.

use ai::PriceList;
use ai_budget::{
    AiName, AiRows, AiSettings, NamedModel, NanoDollars, ProviderKey, ProviderKind, ProviderSetup, RedactionPattern,
    TierRules, faults,
};
use axum::extract::State;
use kernel::{Secret, Timestamp};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Json, Problem, Reply};
use webhooks::{LocalHosts, WebhookUrl};

use crate::{
    AiWrite, SETTINGS_REPLACED,
    settings::{known, provider_keys, settings_view::AiSettingsView},
};

/// All settings.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "providers": [
        { "name": "openai", "kind": "openai", "key": "sk-proj-abcdefghijklmnop" },
        { "name": "anthropic", "kind": "anthropic", "key": "sk-ant-abcdefghijklmnop" }
    ],
    "models": [
        { "name": "gpt-4o-mini", "targets": [{ "provider": "openai", "model": "gpt-4o-mini" }] },
        {
            "name": "smart",
            "targets": [
                { "provider": "anthropic", "model": "claude-sonnet-4-5" },
                { "provider": "openai", "model": "gpt-4.1" }
            ]
        }
    ],
    "tiers": [{
        "plan": "FREE", "models": ["gpt-4o-mini"], "policy": "downgrade", "downgradeTo": "gpt-4o-mini",
        "requestsPerMinute": 10, "monthNanoUsd": 500_000_000
    }],
    "monthNanoUsd": 100_000_000_000_i64, "cacheSeconds": 3600, "redactions": ["[0-9]{16}"], "logPrompts": false
}))]
pub struct ReplaceAiSettings {
    /// Up to 20 providers.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub providers: Vec<NewProvider>,
    /// Up to 100 models, each as callers name it.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub models: Vec<NamedModel>,
    /// What holders of your plans may use, from the smallest plan to the largest; customers without one of these plans may use
    /// nothing. API keys and members are not limited by tiers.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub tiers: Vec<TierRules>,
    /// What a month of UTC may cost in all; not limited where it is left out.
    #[serde(default)]
    pub month_nano_usd: Option<NanoDollars>,
    /// For how many seconds the answer to a request is kept for the same request, up to a week; none is where it is left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 604_800)]
    pub cache_seconds: Option<u32>,
    /// Up to 20 patterns that are blacked out in what is logged.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub redactions: Vec<RedactionPattern>,
    /// Whether prompts and answers are logged; they are not where it is left out.
    #[serde(default)]
    pub log_prompts: bool,
}

/// A provider of models.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NewProvider {
    /// What targets call it.
    pub name: AiName,
    /// How it is spoken to.
    pub kind: ProviderKind,
    /// Of a `compatible` server alone, and required there: where it is, below which `/chat/completions` is; a host of the public
    /// internet over `https`.
    #[serde(default)]
    #[schema(format = "uri", max_length = 2000, example = "https://models.example.com/v1")]
    pub base_url: Option<String>,
    /// Its key, which nobody gets back. Left out, the provider of this name, kind and place keeps the key that it has.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 8, max_length = 500, write_only)]
    pub key: Option<Secret<String>>,
}

/// Settings that are to be, and the keys among them that are new.
struct Wanted {
    settings: AiSettings,
    new_keys: Vec<(ProviderKey, Secret<String>)>,
}

/// Replace the AI settings
///
/// All settings anew; what is left out is gone, but for keys. They hold for new calls within 5 seconds. Each target must have a known
/// price, or say its own. A budget holds the highest cost of each call before it is made, so that calls at the same time never
/// pass it.
#[utoipa::path(
    put, path = "/api/v1/ai/settings",
    responses((status = 200, body = Envelope<AiSettingsView>), (status = 409, description = "CONFLICT"))
)]
pub async fn replace_ai_settings(
    State(api): State<Api>,
    caller: Caller<AiWrite>,
    Edit { info, key, if_match }: Edit,
    Json(body): Json<ReplaceAiSettings>,
) -> Result<Reply, Problem> {
    let rows = AiRows::new(api.table(), caller.scope);
    let keys: Vec<_> = body.providers.iter().map(|one| made_of(&api, one)).collect();
    let outcome = async {
        let before = rows.settings().await?;
        if_match.check(before.version)?;
        // What cannot be accepted is refused before any key is kept.
        for key in &wanted(&api, &body, &before, &keys)?.new_keys {
            provider_keys::keep(&api, caller.scope, key).await?;
        }
        until_settled(Problem::conflict, || async {
            let before = rows.settings().await?;
            if_match.check(before.version)?;
            let Wanted { settings, .. } = wanted(&api, &body, &before, &keys)?;
            let mut transaction = Transaction::new();
            rows.save_settings(&mut transaction, &settings)?;
            caller.entry(&api, &info, SETTINGS_REPLACED).insert(&mut transaction, caller.scope)?;
            let version = settings.version;
            let reply = Reply::ok(&AiSettingsView::from(settings))?.version(version);
            Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
        })
        .await
    };
    let reply = key.settle(&api, outcome.await).await?;
    known::forget(&api, caller.tenant());
    provider_keys::sweep(&api, caller.scope).await;
    Ok(reply)
}

/// The note of a new key.
fn made_of(api: &Api, provider: &NewProvider) -> Option<(ProviderKey, Secret<String>)> {
    provider.key.as_ref().map(|key| (provider_keys::noted(api, key), key.clone()))
}

/// What the body makes of the settings.
fn wanted(
    api: &Api,
    body: &ReplaceAiSettings,
    before: &AiSettings,
    keys: &[Option<(ProviderKey, Secret<String>)>],
) -> Result<Wanted, Problem> {
    let mut refusal = Problem::unacceptable();
    let local = LocalHosts::new(api.config().webhook_hosts.clone());
    let mut new_keys = Vec::new();
    let mut providers = Vec::new();
    for (place, (provider, new_key)) in body.providers.iter().zip(keys).enumerate() {
        if let Some(error) = provider.base_url.as_ref().and_then(|url| WebhookUrl::parse(url, &local).err()) {
            refusal = refusal.with_error(&format!("/providers/{place}/baseUrl"), "INVALID_VALUE", error.to_string());
        }
        if new_key.as_ref().is_some_and(|(_, key)| !provider_keys::is_key(key.expose())) {
            let detail = "a key has 8 to 500 visible characters of ASCII";
            refusal = refusal.with_error(&format!("/providers/{place}/key"), "INVALID_VALUE", detail);
        }
        let base_url = provider.base_url.as_ref().map(|url| url.trim_end_matches('/').to_owned());
        // Whoever moves a provider elsewhere must not be sent the key that is for the place before.
        let same = before.provider(&provider.name);
        let same = same.filter(|one| one.kind == provider.kind && one.base_url == base_url);
        let key = new_key.as_ref().map(|(note, _)| note.clone()).or_else(|| same.and_then(|one| one.key.clone()));
        new_keys.extend(new_key.clone());
        providers.push(ProviderSetup { name: provider.name.clone(), kind: provider.kind, base_url, key });
    }
    let settings = AiSettings {
        providers,
        models: body.models.clone(),
        tiers: body.tiers.clone(),
        month_nano_usd: body.month_nano_usd,
        cache_seconds: body.cache_seconds,
        redactions: body.redactions.clone(),
        log_prompts: body.log_prompts,
        epoch: before.epoch,
        limited_since: before.limited_since,
        updated_at: Some(api.now()),
        version: before.version + 1,
    };
    for fault in faults(&settings) {
        refusal = refusal.with_error(&fault.pointer, "INVALID_VALUE", fault.detail);
    }
    for pointer in unpriced(&settings, api.now()) {
        let detail = "no price of this model is known: say its own in prices";
        refusal = refusal.with_error(&pointer, "PRICE_UNKNOWN", detail);
    }
    if !refusal.errors().is_empty() {
        return Err(refusal);
    }
    let settings = if settings.limits_more_than(before) {
        AiSettings { epoch: before.epoch + 1, limited_since: settings.updated_at, ..settings }
    } else {
        settings
    };
    Ok(Wanted { settings, new_keys })
}

/// The targets that nobody knows the price of.
fn unpriced(settings: &AiSettings, now: Timestamp) -> Vec<String> {
    let mut pointers = Vec::new();
    for (model, named) in settings.models.iter().enumerate() {
        for (place, target) in named.targets.iter().enumerate() {
            let kind = settings.provider(&target.provider).map(|provider| ai::AiProvider::from(provider.kind));
            let known = kind.is_none_or(|kind| PriceList::built_in().price(kind, target.model.as_str(), now).is_ok());
            if target.prices.is_none() && !known {
                pointers.push(format!("/models/{model}/targets/{place}/model"));
            }
        }
    }
    pointers
}
