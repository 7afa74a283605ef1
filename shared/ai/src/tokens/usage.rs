//! Tokens in four classes, the same for every provider.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a call used. No token is in two classes. `OpenAI`, `Gemini` and `DeepSeek` count cached tokens among those of the prompt,
/// `Anthropic` does not: adapters bring all to this.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenUsage {
    /// Read, and in no cache.
    pub uncached: u64,
    /// Read from the provider's cache.
    pub cache_read: u64,
    /// Read, and put into the provider's cache.
    pub cache_write: u64,
    /// Written, thoughts included.
    pub output: u64,
}

impl TokenUsage {
    /// All tokens that were read.
    pub const fn input(&self) -> u64 {
        self.uncached.saturating_add(self.cache_read).saturating_add(self.cache_write)
    }

    /// All tokens.
    pub const fn total(&self) -> u64 {
        self.input().saturating_add(self.output)
    }
}

/// Whether the provider said what was used, or it is an upper guess of ours: of an answer that was cut off, or of a server that
/// does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CountedBy {
    /// By the provider.
    Reported,
    /// By us, from the lengths of texts.
    Estimated,
}
