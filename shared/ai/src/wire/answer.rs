//! What a model answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::tools::ToolCall;
use crate::TokenUsage;

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChatAnswer {
    /// The provider's name of it.
    #[serde(default)]
    pub id: String,
    /// `chat.completion`.
    #[serde(default = "object")]
    pub object: String,
    /// When, in seconds since 1970.
    #[serde(default)]
    pub created: i64,
    /// The model that answered, as the provider calls it.
    #[serde(default)]
    pub model: String,
    /// One answer.
    pub choices: Vec<AnswerChoice>,
    /// What was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<ChatUsage>,
    /// The provider's configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_fingerprint: Option<String>,
}

pub(crate) fn object() -> String {
    "chat.completion".to_owned()
}

/// An answer and why it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnswerChoice {
    /// 0.
    #[serde(default)]
    pub index: u32,
    /// What was said.
    pub message: AnswerMessage,
    /// How likely each token was, where it was asked for and is known.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub logprobs: Option<Value>,
    /// Why it ended.
    pub finish_reason: Option<FinishReason>,
}

/// What was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnswerMessage {
    /// `assistant`.
    #[serde(default = "assistant")]
    pub role: String,
    /// The words; missing where it only calls tools.
    #[serde(default)]
    pub content: Option<String>,
    /// Why it would not.
    #[serde(default)]
    pub refusal: Option<String>,
    /// What it thought, where the provider tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_content: Option<String>,
    /// The tools that it calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_calls: Option<Vec<ToolCall>>,
}

fn assistant() -> String {
    "assistant".to_owned()
}

impl Default for AnswerMessage {
    fn default() -> Self {
        Self { role: assistant(), content: None, refusal: None, reasoning_content: None, tool_calls: None }
    }
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", from = "String")]
pub enum FinishReason {
    /// All was said.
    Stop,
    /// It is as long as it may be.
    Length,
    /// It waits for tools.
    ToolCalls,
    /// Something in it is not said; also what other providers call a refusal.
    ContentFilter,
}

impl From<String> for FinishReason {
    /// Reasons of other servers count as the nearest; one that is not known ends an answer all the same.
    fn from(word: String) -> Self {
        match word.as_str() {
            "length" | "insufficient_system_resource" => Self::Length,
            "tool_calls" | "function_call" => Self::ToolCalls,
            "content_filter" | "refusal" => Self::ContentFilter,
            _ => Self::Stop,
        }
    }
}

/// What was used, in the wire's counts: cached tokens are among those of the prompt, thoughts among those of the completion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChatUsage {
    /// Tokens read.
    #[serde(default)]
    pub prompt_tokens: u64,
    /// Tokens written.
    #[serde(default)]
    pub completion_tokens: u64,
    /// Both.
    #[serde(default)]
    pub total_tokens: u64,
    /// Of those read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_tokens_details: Option<PromptDetails>,
    /// Of those written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_tokens_details: Option<CompletionDetails>,
    /// `DeepSeek`'s count of cached tokens.
    #[serde(default, skip_serializing)]
    #[schema(ignore)]
    pub(crate) prompt_cache_hit_tokens: Option<u64>,
}

/// Of the tokens read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PromptDetails {
    /// Were in the provider's cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_tokens: Option<u64>,
    /// Were put into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_tokens: Option<u64>,
}

/// Of the tokens written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CompletionDetails {
    /// Were thoughts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_tokens: Option<u64>,
}

impl ChatUsage {
    /// In four classes, none of which overlap. Parts that are more than the whole are cut to it.
    pub fn normalised(&self) -> TokenUsage {
        let details = self.prompt_tokens_details.unwrap_or_default();
        let cached = details.cached_tokens.or(self.prompt_cache_hit_tokens).unwrap_or(0).min(self.prompt_tokens);
        let written = details.cache_write_tokens.unwrap_or(0).min(self.prompt_tokens.saturating_sub(cached));
        TokenUsage {
            uncached: self.prompt_tokens.saturating_sub(cached).saturating_sub(written),
            cache_read: cached,
            cache_write: written,
            output: self.completion_tokens,
        }
    }
}

impl From<TokenUsage> for ChatUsage {
    fn from(usage: TokenUsage) -> Self {
        let prompt = usage.input();
        Self {
            prompt_tokens: prompt,
            completion_tokens: usage.output,
            total_tokens: prompt.saturating_add(usage.output),
            prompt_tokens_details: Some(PromptDetails {
                cached_tokens: Some(usage.cache_read),
                cache_write_tokens: Some(usage.cache_write).filter(|tokens| *tokens > 0),
            }),
            completion_tokens_details: None,
            prompt_cache_hit_tokens: None,
        }
    }
}
