//! What `Anthropic` says, as far as it is read.

use serde::Deserialize;
use serde_json::Value;

use crate::{ChatUsage, FinishReason, TokenUsage, wire::answer::CompletionDetails};

/// A whole answer, or the beginning of one.
#[derive(Debug, Deserialize)]
pub(super) struct MessageBody {
    pub(super) id: String,
    pub(super) model: String,
    #[serde(default)]
    pub(super) content: Vec<Block>,
    #[serde(default)]
    pub(super) stop_reason: Option<String>,
    #[serde(default)]
    pub(super) usage: Counts,
}

/// A part of an answer.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block {
    Text {
        #[serde(default)]
        text: String,
    },
    Thinking {
        #[serde(default)]
        thinking: String,
    },
    ToolUse {
        id: String,
        name: String,
        #[serde(default)]
        input: Value,
    },
    #[serde(other)]
    Other,
}

/// What was used: cached tokens are beside those of the input.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Counts {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct OutputDetails {
    #[serde(default)]
    thinking_tokens: Option<u64>,
}

impl Counts {
    /// These counts where they are said, else those before: an event's are of the whole answer so far.
    pub(super) fn after(self, before: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.or(before.input_tokens),
            output_tokens: self.output_tokens.or(before.output_tokens),
            cache_creation_input_tokens: self.cache_creation_input_tokens.or(before.cache_creation_input_tokens),
            cache_read_input_tokens: self.cache_read_input_tokens.or(before.cache_read_input_tokens),
            output_tokens_details: self.output_tokens_details.or(before.output_tokens_details),
        }
    }

    /// In our classes; `None` where nothing was counted.
    pub(super) fn normalised(self) -> Option<TokenUsage> {
        let usage = TokenUsage {
            uncached: self.input_tokens.unwrap_or(0),
            cache_read: self.cache_read_input_tokens.unwrap_or(0),
            cache_write: self.cache_creation_input_tokens.unwrap_or(0),
            output: self.output_tokens.unwrap_or(0),
        };
        (usage.total() > 0).then_some(usage)
    }

    /// On our wire.
    pub(super) fn shown(self) -> Option<ChatUsage> {
        let thoughts = self.output_tokens_details.and_then(|details| details.thinking_tokens);
        let details = thoughts.map(|tokens| CompletionDetails { reasoning_tokens: Some(tokens) });
        self.normalised().map(|usage| ChatUsage { completion_tokens_details: details, ..usage.into() })
    }
}

/// Why an answer ended.
pub(super) fn finish(reason: Option<&str>, calls_tools: bool) -> FinishReason {
    match reason {
        Some("max_tokens" | "model_context_window_exceeded") => FinishReason::Length,
        Some("tool_use") => FinishReason::ToolCalls,
        Some("refusal") => FinishReason::ContentFilter,
        _ if calls_tools => FinishReason::ToolCalls,
        _ => FinishReason::Stop,
    }
}

/// An event of an answer.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Event {
    MessageStart {
        message: MessageBody,
    },
    ContentBlockStart {
        index: u32,
        content_block: Block,
    },
    ContentBlockDelta {
        index: u32,
        delta: Addition,
    },
    ContentBlockStop {
        index: u32,
    },
    MessageDelta {
        delta: Ending,
        #[serde(default)]
        usage: Counts,
    },
    MessageStop,
    #[serde(other)]
    Other,
}

/// What is added to a part.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Addition {
    TextDelta {
        text: String,
    },
    ThinkingDelta {
        thinking: String,
    },
    InputJsonDelta {
        partial_json: String,
    },
    #[serde(other)]
    Other,
}

/// How it ends.
#[derive(Debug, Deserialize)]
pub(super) struct Ending {
    #[serde(default)]
    pub(super) stop_reason: Option<String>,
}
