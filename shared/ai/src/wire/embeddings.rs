//! Texts as vectors.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{
        OneOf,
        schema::{ArrayBuilder, ObjectBuilder, Schema, Type},
    },
};

use crate::AiError;

/// How many texts are asked for at once at most.
const MOST_TEXTS: usize = 2_048;

/// Texts that are to become vectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingsRequest {
    /// The model, or a name that stands for a chain of them.
    pub model: String,
    /// The texts.
    pub input: EmbeddingsInput,
    /// Lists of numbers, or base64 of their 32-bit floats, little end first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding_format: Option<EncodingFormat>,
    /// How many numbers a vector has, where the model lets one choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<u32>,
    /// Whom it is for, by a name of the caller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// One text or several. Lists of tokens are not taken: they are of one model's alphabet, and a chain may have several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum EmbeddingsInput {
    /// A text.
    One(String),
    /// Up to 2,048.
    Many(Vec<String>),
}

/// How vectors are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EncodingFormat {
    /// As lists of numbers.
    #[default]
    Float,
    /// As base64 of 32-bit floats, little end first.
    Base64,
}

/// Vectors, in the order of the texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EmbeddingsAnswer {
    /// `list`.
    #[serde(default = "list")]
    pub object: String,
    /// The vectors.
    pub data: Vec<OneEmbedding>,
    /// The model, as the provider calls it.
    #[serde(default)]
    pub model: String,
    /// What was used.
    #[serde(default)]
    pub usage: EmbeddingsUsage,
}

fn list() -> String {
    "list".to_owned()
}

/// A text's vector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OneEmbedding {
    /// `embedding`.
    #[serde(default = "embedding")]
    pub object: String,
    /// Which text, from 0.
    pub index: u32,
    /// A list of numbers, or base64.
    #[schema(schema_with = vector)]
    pub embedding: Value,
}

/// The form of a vector.
fn vector() -> Schema {
    let numbers = ArrayBuilder::new().items(ObjectBuilder::new().schema_type(Type::Number));
    let text = ObjectBuilder::new().schema_type(Type::String);
    let mut either = OneOf::builder().item(numbers).item(text).build();
    either.description = Some("A list of numbers, or base64.".to_owned());
    either.into()
}

fn embedding() -> String {
    "embedding".to_owned()
}

/// What was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EmbeddingsUsage {
    /// Tokens read.
    #[serde(default)]
    pub prompt_tokens: u64,
    /// The same.
    #[serde(default)]
    pub total_tokens: u64,
}

impl OneEmbedding {
    /// The vector of a text.
    pub fn new(index: u32, embedding: Value) -> Self {
        Self { object: self::embedding(), index, embedding }
    }
}

impl EmbeddingsAnswer {
    /// Vectors in their order.
    pub fn new(model: String, data: Vec<OneEmbedding>, tokens: u64) -> Self {
        Self { object: list(), data, model, usage: EmbeddingsUsage { prompt_tokens: tokens, total_tokens: tokens } }
    }
}

impl EmbeddingsRequest {
    /// The texts.
    pub fn texts(&self) -> Vec<&str> {
        match &self.input {
            EmbeddingsInput::One(one) => vec![one],
            EmbeddingsInput::Many(many) => many.iter().map(String::as_str).collect(),
        }
    }

    /// Whether it can be sent on at all.
    ///
    /// # Errors
    /// `Malformed` names the field.
    pub fn check(&self) -> Result<(), AiError> {
        let wrong = |field: &str, message: &str| {
            Err(AiError::Malformed { param: Some(field.to_owned()), message: message.to_owned() })
        };
        if self.model.is_empty() || self.model.len() > 128 {
            return wrong("model", "the model has 1 to 128 characters");
        }
        let texts = self.texts();
        if texts.is_empty() || texts.len() > MOST_TEXTS || texts.iter().any(|text| text.is_empty()) {
            return wrong("input", "there are 1 to 2,048 texts, none of them empty");
        }
        if self.dimensions == Some(0) {
            return wrong("dimensions", "a vector has one number at least");
        }
        Ok(())
    }
}
