//! Whether settings agree with themselves.

use std::collections::BTreeSet;

use crate::{
    AiName, AiSettings, MOST_MODELS, MOST_PATTERNS, MOST_PROVIDERS, MOST_TARGETS, NamedModel, ProviderKind, TierPolicy,
    TierRules,
};

/// How many tiers a tenant has.
pub const MOST_TIERS: usize = 50;
/// The longest time for which an answer is kept, in seconds: a week.
pub const LONGEST_CACHE: u32 = 7 * 24 * 3600;
/// The most of what a minute can be limited to.
const MOST_REQUESTS: u32 = 1_000_000;
const MOST_TOKENS: u32 = 1_000_000_000;

/// A value of the settings that cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsFault {
    /// Where, as a JSON pointer into the settings.
    pub pointer: String,
    /// What would be right.
    pub detail: &'static str,
}

/// All that is wrong with settings; nothing where they can be used. What a target costs is not looked at here.
pub fn faults(settings: &AiSettings) -> Vec<SettingsFault> {
    let mut faults = Vec::new();
    let mut wrong = |pointer: String, detail: &'static str| faults.push(SettingsFault { pointer, detail });
    if settings.providers.len() > MOST_PROVIDERS {
        wrong("/providers".to_owned(), "name up to 20 providers");
    }
    if settings.models.len() > MOST_MODELS {
        wrong("/models".to_owned(), "name up to 100 models");
    }
    if settings.tiers.len() > MOST_TIERS {
        wrong("/tiers".to_owned(), "name up to 50 plans");
    }
    if settings.redactions.len() > MOST_PATTERNS {
        wrong("/redactions".to_owned(), "use up to 20 patterns");
    }
    if settings.cache_seconds.is_some_and(|seconds| !(1..=LONGEST_CACHE).contains(&seconds)) {
        wrong("/cacheSeconds".to_owned(), "keep answers for 1 second to 7 days");
    }
    for place in repeated(settings.providers.iter().map(|one| &one.name)) {
        wrong(format!("/providers/{place}/name"), "each provider has a name of its own");
    }
    for place in repeated(settings.models.iter().map(|one| &one.name)) {
        wrong(format!("/models/{place}/name"), "each model has a name of its own");
    }
    for place in repeated(settings.tiers.iter().map(|one| &one.plan)) {
        wrong(format!("/tiers/{place}/plan"), "each plan is named once");
    }
    for (place, provider) in settings.providers.iter().enumerate() {
        if provider.kind == ProviderKind::Compatible && provider.base_url.is_none() {
            wrong(format!("/providers/{place}/baseUrl"), "say where the server is");
        }
        if provider.kind != ProviderKind::Compatible && provider.base_url.is_some() {
            wrong(
                format!("/providers/{place}/baseUrl"),
                "this provider is at its own place; another server is compatible",
            );
        }
        if provider.kind != ProviderKind::Compatible && provider.key.is_none() {
            wrong(format!("/providers/{place}/key"), "this provider takes nobody without a key");
        }
    }
    for (place, model) in settings.models.iter().enumerate() {
        of_model(settings, model, &format!("/models/{place}"), &mut wrong);
    }
    for (place, tier) in settings.tiers.iter().enumerate() {
        of_tier(settings, tier, &format!("/tiers/{place}"), &mut wrong);
    }
    faults
}

fn of_model(settings: &AiSettings, model: &NamedModel, at: &str, wrong: &mut impl FnMut(String, &'static str)) {
    if !(1..=MOST_TARGETS).contains(&model.targets.len()) {
        wrong(format!("{at}/targets"), "a model has 1 to 8 targets");
    }
    for (place, target) in model.targets.iter().enumerate() {
        if settings.provider(&target.provider).is_none() {
            wrong(format!("{at}/targets/{place}/provider"), "this is none of the providers");
        }
        if target.context_tokens == Some(0) {
            wrong(format!("{at}/targets/{place}/contextTokens"), "a model takes one token at least");
        }
    }
}

fn of_tier(settings: &AiSettings, tier: &TierRules, at: &str, wrong: &mut impl FnMut(String, &'static str)) {
    let is_known = |name: &AiName| settings.model(name.as_str()).is_some();
    for (place, name) in tier.models.iter().flatten().enumerate() {
        if !is_known(name) {
            wrong(format!("{at}/models/{place}"), "this is none of the models");
        }
    }
    match (tier.policy, &tier.downgrade_to) {
        (TierPolicy::Downgrade, None) => wrong(format!("{at}/downgradeTo"), "say which model stands in"),
        (TierPolicy::Downgrade, Some(name)) if !is_known(name) || !tier.has(name.as_str()) => {
            wrong(format!("{at}/downgradeTo"), "the model that stands in is one of the plan's own");
        }
        (TierPolicy::Refuse, Some(_)) => {
            wrong(format!("{at}/downgradeTo"), "nothing stands in where the policy is to refuse");
        }
        (TierPolicy::Downgrade, Some(_)) | (TierPolicy::Refuse, None) => {}
    }
    if tier.requests_per_minute.is_some_and(|many| !(1..=MOST_REQUESTS).contains(&many)) {
        wrong(format!("{at}/requestsPerMinute"), "allow 1 to 1,000,000 requests");
    }
    if tier.tokens_per_minute.is_some_and(|many| !(1..=MOST_TOKENS).contains(&many)) {
        wrong(format!("{at}/tokensPerMinute"), "allow 1 to 1,000,000,000 tokens");
    }
}

/// The places of names that stood before.
fn repeated<'a>(names: impl Iterator<Item = &'a AiName>) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    names.enumerate().filter(|(_, name)| !seen.insert(*name)).map(|(place, _)| place).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn good() -> Value {
        json!({
            "providers": [{ "name": "own", "kind": "compatible", "baseUrl": "https://models.example.com/v1" }],
            "models": [{ "name": "small", "targets": [{ "provider": "own", "model": "llama3:8b" }] }],
            "tiers": [{ "plan": "FREE", "models": ["small"], "policy": "downgrade", "downgradeTo": "small" }],
        })
    }

    fn pointers(settings: Value) -> Vec<String> {
        let settings: AiSettings = serde_json::from_value(settings).unwrap();
        faults(&settings).into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn what_agrees_is_taken() {
        assert_eq!(pointers(good()), [""; 0]);
        assert_eq!(pointers(json!({})), [""; 0]);
    }

    #[test]
    fn each_disagreement_is_named_where_it_stands() {
        for (pointer, value, named) in [
            ("/providers/0/kind", json!("openai"), "/providers/0/key"),
            ("/providers/0/kind", json!("gemini"), "/providers/0/baseUrl"),
            ("/providers/0/baseUrl", Value::Null, "/providers/0/baseUrl"),
            ("/providers/0/name", json!("other"), "/models/0/targets/0/provider"),
            ("/models/0/targets", json!([]), "/models/0/targets"),
            ("/tiers/0/models", json!(["other"]), "/tiers/0/models/0"),
            ("/tiers/0/downgradeTo", json!("other"), "/tiers/0/downgradeTo"),
            ("/tiers/0/downgradeTo", Value::Null, "/tiers/0/downgradeTo"),
            ("/tiers/0/policy", json!("refuse"), "/tiers/0/downgradeTo"),
        ] {
            let mut settings = good();
            *settings.pointer_mut(pointer).unwrap() = value;
            assert!(pointers(settings).contains(&named.to_owned()), "{pointer}");
        }
        for (field, value) in [("cacheSeconds", json!(0)), ("cacheSeconds", json!(LONGEST_CACHE + 1))] {
            let mut settings = good();
            settings[field] = value;
            assert_eq!(pointers(settings), ["/cacheSeconds"]);
        }
        let mut twice = good();
        for list in ["providers", "models", "tiers"] {
            let one = twice[list][0].clone();
            twice[list].as_array_mut().unwrap().push(one);
        }
        assert_eq!(pointers(twice), ["/providers/1/name", "/models/1/name", "/tiers/1/plan"]);
        let mut bounds = good();
        bounds["tiers"][0]["requestsPerMinute"] = json!(0);
        bounds["tiers"][0]["tokensPerMinute"] = json!(0);
        assert_eq!(pointers(bounds), ["/tiers/0/requestsPerMinute", "/tiers/0/tokensPerMinute"]);
    }
}
