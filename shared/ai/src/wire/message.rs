//! The messages of a conversation.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::tools::ToolCall;

/// One message. Fields beside these are dropped, so that a client may send back an answer as it came; the reasoning in it is not sent on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum ChatMessage {
    /// What the model is told before all else.
    System {
        /// The text.
        content: ChatContent,
        /// Who speaks, among several of a role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// The same, under its newer name.
    Developer {
        /// The text.
        content: ChatContent,
        /// Who speaks, among several of a role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// What a person says.
    User {
        /// Text and images.
        content: ChatContent,
        /// Who speaks, among several of a role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// What a model said before.
    Assistant {
        /// Its words; missing where it only calls tools.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<ChatContent>,
        /// Why it would not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refusal: Option<String>,
        /// The tools that it called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tool_calls: Option<Vec<ToolCall>>,
        /// Who speaks, among several of a role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// What a tool answered.
    Tool {
        /// The answer.
        content: ChatContent,
        /// The call that it answers.
        tool_call_id: String,
    },
}

/// A text, or parts in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum ChatContent {
    /// A text.
    Text(String),
    /// Parts.
    Parts(Vec<ContentPart>),
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ContentPart {
    /// A text.
    Text {
        /// The text.
        text: String,
        /// Whether what stands so far is to be kept by a provider that asks for such marks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cache_control: Option<CacheControl>,
    },
    /// An image.
    ImageUrl {
        /// Where it is.
        image_url: ImageSource,
    },
    /// Why a model would not.
    Refusal {
        /// Its words.
        refusal: String,
    },
}

/// A mark of `Anthropic`'s: the prompt up to here is cached for five minutes. Sent to it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CacheControl {
    /// For five minutes, which is the one length that is priced.
    Ephemeral,
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImageSource {
    /// `https://…`, or `data:image/png;base64,…`.
    pub url: String,
    /// How closely it is looked at: `low`, `high` or `auto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl ChatContent {
    /// All text of it.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Parts(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    ContentPart::Text { text, .. } => Some(text.as_str()),
                    ContentPart::Refusal { refusal } => Some(refusal.as_str()),
                    ContentPart::ImageUrl { .. } => None,
                })
                .collect(),
        }
    }

    /// Its parts; a text is one.
    pub(crate) fn parts(&self) -> Vec<ContentPart> {
        match self {
            Self::Text(text) => vec![ContentPart::Text { text: text.clone(), cache_control: None }],
            Self::Parts(parts) => parts.clone(),
        }
    }
}

impl From<&str> for ChatContent {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl ChatMessage {
    /// What a person says.
    pub fn user(text: impl Into<String>) -> Self {
        Self::User { content: ChatContent::Text(text.into()), name: None }
    }

    /// What the model is told before all else.
    pub fn system(text: impl Into<String>) -> Self {
        Self::System { content: ChatContent::Text(text.into()), name: None }
    }
}
