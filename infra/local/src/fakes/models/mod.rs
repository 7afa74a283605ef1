//! Language models: `OpenAI`, `Anthropic`, `Gemini` and `DeepSeek`, each in its own words. All are behind one port: `/openai/v1/…`,
//! `/anthropic/v1/…`, `/gemini/v1beta/…` and `/deepseek/…`.
//!
//! They know the models whose prices we know. They say back what they heard, call a tool that the person names, and answer what they
//! are told to answer. A key that begins with `revoked` is nobody's; every other one is somebody's.

mod anthropic;
mod events;
mod gemini;
mod http_api;
mod openai;
mod reply;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ai::{AiProvider, KnownModel, ModelUse, PriceList};
use serde::{Deserialize, Serialize};

pub(crate) use http_api::router;

use crate::time::clock::TestClock;

/// The fake.
pub struct LanguageModels {
    clock: Arc<TestClock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    settings: ModelSettings,
    /// Long prompts that were read, by provider and key: what is read again is cached.
    read: BTreeSet<(AiProvider, String, String)>,
    /// How many calls each provider had.
    calls: BTreeMap<AiProvider, u64>,
    made: u64,
}

/// How the models misbehave, and what they say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ModelSettings {
    /// These providers never answer.
    pub silent: Vec<AiProvider>,
    /// Failures of calls to come; of each provider, the first that is left happens next.
    pub faults: Vec<ModelFault>,
    /// What is said to whoever says something.
    pub answers: Vec<CannedAnswer>,
}

/// A failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ModelFault {
    /// Whose.
    pub provider: AiProvider,
    /// The status, or the one that an error within an answer stands for.
    pub status: u16,
    /// When.
    #[serde(default)]
    pub phase: FaultPhase,
    /// For so many seconds no other call is wanted.
    #[serde(default)]
    pub retry_after: Option<u64>,
    /// So many calls; one where missing.
    #[serde(default = "once")]
    pub times: u32,
}

const fn once() -> u32 {
    1
}

/// When a call fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FaultPhase {
    /// Instead of an answer.
    #[default]
    Head,
    /// In the first event of a stream.
    First,
    /// After half of a stream.
    Middle,
    /// After half of a stream, by hanging up.
    Cut,
}

/// What is said to whoever says something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CannedAnswer {
    /// What a person's last words contain.
    pub contains: String,
    /// The answer.
    pub say: String,
}

/// A refusal, before it is in a provider's shape.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Refusal {
    status: u16,
    message: String,
    retry_after: Option<u64>,
}

impl Refusal {
    fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), retry_after: None }
    }
}

impl LanguageModels {
    pub(crate) fn new(clock: Arc<TestClock>) -> Self {
        Self { clock, state: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        *self.lock() = State::default();
    }

    /// Makes the models misbehave, or say something.
    pub fn set_settings(&self, settings: ModelSettings) {
        self.lock().settings = settings;
    }

    /// How many calls each provider had.
    pub fn calls(&self) -> BTreeMap<AiProvider, u64> {
        self.lock().calls.clone()
    }

    /// Counts a call, and says how it fails; `None` where it does not.
    fn admit(&self, provider: AiProvider, key: &str) -> Result<Option<ModelFault>, Refusal> {
        let mut state = self.lock();
        *state.calls.entry(provider).or_default() += 1;
        if key.is_empty() || key.starts_with("revoked") {
            return Err(Refusal::new(401, "Incorrect API key provided."));
        }
        let faults = &mut state.settings.faults;
        let Some(place) = faults.iter().position(|fault| fault.provider == provider && fault.times > 0) else {
            return Ok(None);
        };
        let Some(fault) = faults.get_mut(place) else { return Ok(None) };
        fault.times -= 1;
        Ok(Some(fault.clone()))
    }

    fn is_silent(&self, provider: AiProvider) -> bool {
        self.lock().settings.silent.contains(&provider)
    }

    /// A new number, for ids.
    fn number(&self) -> u64 {
        let mut state = self.lock();
        state.made += 1;
        state.made
    }

    /// Whether a long prompt was read before with this key; it was from now on.
    fn was_read(&self, provider: AiProvider, key: &str, prompt: &str) -> bool {
        !self.lock().read.insert((provider, key.to_owned(), prompt.to_owned()))
    }

    /// What is to be said to these words.
    fn canned(&self, words: &str) -> Option<String> {
        let state = self.lock();
        let found = state.settings.answers.iter().find(|answer| words.contains(&answer.contains));
        found.map(|answer| answer.say.clone())
    }

    fn seconds(&self) -> i64 {
        self.clock.now().as_second()
    }
}

/// The models of a provider.
fn models_of(provider: AiProvider) -> impl Iterator<Item = &'static KnownModel> {
    PriceList::built_in().models().iter().filter(move |model| model.provider == provider)
}

/// A model of a provider for a use.
fn model(provider: AiProvider, id: &str, used_for: ModelUse) -> Result<&'static KnownModel, Refusal> {
    let found = PriceList::built_in().find(provider, id).filter(|model| model.used_for == used_for);
    found.ok_or_else(|| Refusal::new(404, format!("The model `{id}` does not exist or you do not have access to it.")))
}

#[cfg(test)]
mod tests;
