//! An answer as it is made.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::answer::{ChatUsage, FinishReason};

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChatChunk {
    /// The provider's name of the answer, the same in each chunk.
    #[serde(default)]
    pub id: String,
    /// `chat.completion.chunk`.
    #[serde(default = "object")]
    pub object: String,
    /// When, in seconds since 1970.
    #[serde(default)]
    pub created: i64,
    /// The model that answers, as the provider calls it.
    #[serde(default)]
    pub model: String,
    /// One piece; none in the last chunk of those that say what was used.
    #[serde(default, deserialize_with = "null_as_none")]
    pub choices: Vec<ChunkChoice>,
    /// What was used, in the last chunk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<ChatUsage>,
    /// The provider's configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_fingerprint: Option<String>,
}

fn object() -> String {
    "chat.completion.chunk".to_owned()
}

/// Some servers say `null` where there are no choices.
fn null_as_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ChunkChoice>, D::Error> {
    Ok(Option::<Vec<ChunkChoice>>::deserialize(deserializer)?.unwrap_or_default())
}

/// A piece of a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChunkChoice {
    /// 0.
    #[serde(default)]
    pub index: u32,
    /// What is added.
    #[serde(default)]
    pub delta: ChunkDelta,
    /// How likely each token was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub logprobs: Option<Value>,
    /// Why it ended; only in the last piece.
    #[serde(default)]
    pub finish_reason: Option<FinishReason>,
}

/// What is added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChunkDelta {
    /// `assistant`, in the first piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Why it would not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// What it thinks, where the provider tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_content: Option<String>,
    /// Pieces of calls of tools.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_calls: Option<Vec<ToolCallDelta>>,
}

/// A piece of a call of a tool: the first has id and name, the others add to the arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ToolCallDelta {
    /// Which call of the answer, from 0.
    #[serde(default)]
    pub index: u32,
    /// What the tool's answer names it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `function`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Which function, with what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<FunctionDelta>,
    /// What a provider wants back with the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub extra_content: Option<Value>,
}

/// A piece of a called function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FunctionDelta {
    /// Which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// More of the arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<String>,
}

impl ChatChunk {
    /// A chunk with one piece, of the answer that `of` says.
    pub fn piece(of: &ChunkHead, delta: ChunkDelta, finish_reason: Option<FinishReason>) -> Self {
        let choice = ChunkChoice { index: 0, delta, logprobs: None, finish_reason };
        Self { choices: vec![choice], ..Self::empty(of) }
    }

    /// The chunk that says what was used.
    pub fn used(of: &ChunkHead, usage: ChatUsage) -> Self {
        Self { usage: Some(usage), ..Self::empty(of) }
    }

    fn empty(of: &ChunkHead) -> Self {
        Self {
            id: of.id.clone(),
            object: object(),
            created: of.created,
            model: of.model.clone(),
            choices: Vec::new(),
            usage: None,
            system_fingerprint: None,
        }
    }

    /// How many bytes of text and arguments it adds, and whether it adds or ends anything.
    pub(crate) fn adds(&self) -> usize {
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        self.choices
            .iter()
            .map(|choice| {
                let delta = &choice.delta;
                let calls = delta.tool_calls.iter().flatten().filter_map(|call| call.function.as_ref());
                let called: usize = calls.map(|function| length(&function.name) + length(&function.arguments)).sum();
                length(&delta.content) + length(&delta.refusal) + length(&delta.reasoning_content) + called
            })
            .sum()
    }
}

/// What all chunks of an answer say of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChunkHead {
    /// The provider's name of the answer.
    pub id: String,
    /// When, in seconds since 1970.
    pub created: i64,
    /// The model, as the provider calls it.
    pub model: String,
}
