//! What `Gemini` says, as far as it is read. An event is an answer too, with what is new in it.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{CalledFunction, ChatUsage, FinishReason, TokenUsage, ToolCall, wire::answer::CompletionDetails};

/// An answer, or what is new in one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Generated {
    #[serde(default)]
    pub(super) candidates: Vec<Candidate>,
    #[serde(default)]
    pub(super) prompt_feedback: Option<Feedback>,
    #[serde(default)]
    pub(super) usage_metadata: Option<UsageMetadata>,
    #[serde(default)]
    pub(super) model_version: String,
    #[serde(default)]
    pub(super) response_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Candidate {
    #[serde(default)]
    pub(super) content: Content,
    #[serde(default)]
    pub(super) finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Content {
    #[serde(default)]
    pub(super) parts: Vec<Piece>,
}

/// A part of an answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Piece {
    #[serde(default)]
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) thought: bool,
    #[serde(default)]
    pub(super) function_call: Option<FunctionCall>,
    #[serde(default)]
    pub(super) thought_signature: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FunctionCall {
    #[serde(default)]
    id: Option<String>,
    name: String,
    #[serde(default)]
    args: Map<String, Value>,
}

/// Why a prompt is not answered.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Feedback {
    #[serde(default)]
    pub(super) block_reason: Option<String>,
}

/// What was used: cached tokens are among those of the prompt, thoughts beside those of the candidates.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct UsageMetadata {
    #[serde(default, rename = "promptTokenCount")]
    prompt: u64,
    #[serde(default, rename = "toolUsePromptTokenCount")]
    tools: u64,
    #[serde(default, rename = "cachedContentTokenCount")]
    cached: u64,
    #[serde(default, rename = "candidatesTokenCount")]
    candidates: u64,
    #[serde(default, rename = "thoughtsTokenCount")]
    thoughts: u64,
}

impl UsageMetadata {
    /// In our classes; `None` where nothing was counted.
    pub(super) fn normalised(self) -> Option<TokenUsage> {
        let prompt = self.prompt.saturating_add(self.tools);
        let cached = self.cached.min(prompt);
        let usage = TokenUsage {
            uncached: prompt.saturating_sub(cached),
            cache_read: cached,
            cache_write: 0,
            output: self.candidates.saturating_add(self.thoughts),
        };
        (usage.total() > 0).then_some(usage)
    }

    /// On our wire.
    pub(super) fn shown(self) -> Option<ChatUsage> {
        let thoughts = Some(self.thoughts).filter(|tokens| *tokens > 0);
        let details = thoughts.map(|tokens| CompletionDetails { reasoning_tokens: Some(tokens) });
        self.normalised().map(|usage| ChatUsage { completion_tokens_details: details, ..usage.into() })
    }
}

/// A part that is a call; `answer` and `place` name it where the wire does not.
pub(super) fn called(call: FunctionCall, signature: Option<String>, (answer, place): (&str, u32)) -> ToolCall {
    let id = call.id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("call_{answer}_{place}"));
    let function = CalledFunction { name: call.name, arguments: Value::Object(call.args).to_string() };
    let extra_content = signature.map(|signature| json!({"google": {"thought_signature": signature}}));
    ToolCall { id, kind: "function".to_owned(), function, extra_content }
}

/// Why an answer ended: a call of a tool says `STOP` too.
pub(super) fn finish(reason: &str, calls_tools: bool) -> FinishReason {
    match reason {
        "MAX_TOKENS" => FinishReason::Length,
        "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "IMAGE_SAFETY" => {
            FinishReason::ContentFilter
        }
        _ if calls_tools => FinishReason::ToolCalls,
        _ => FinishReason::Stop,
    }
}
