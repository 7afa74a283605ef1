//! What names a queue of dead letters, and a letter.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The name of a queue of dead letters, as the templates call it without the deployment: `billing-work`.
#[derive(Clone, PartialEq, Eq, Serialize, Debug, ToSchema)]
#[schema(
    description = "A queue of dead letters", value_type = String, pattern = "^[a-z][a-z-]{0,39}$", example = "billing-work"
)]
pub struct DeadLetterQueueName(String);

/// The id of a message, as its queue calls it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A message, as its queue calls it", value_type = String, pattern = "^[0-9A-Za-z-]{1,100}$",
    example = "3b9b0c5e-6f5f-4b7e-9a56-2f0d8a0f6c11"
)]
pub struct DeadLetterId(String);

/// The text is no such name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a message")]
pub struct NotNamed;

impl DeadLetterQueueName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl DeadLetterId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DeadLetterQueueName {
    type Err = NotNamed;

    fn from_str(text: &str) -> Result<Self, NotNamed> {
        let fits = (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(NotNamed) }
    }
}

impl FromStr for DeadLetterId {
    type Err = NotNamed;

    fn from_str(text: &str) -> Result<Self, NotNamed> {
        let fits = (1..=100).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(NotNamed) }
    }
}

impl TryFrom<String> for DeadLetterId {
    type Error = NotNamed;

    fn try_from(text: String) -> Result<Self, NotNamed> {
        text.parse()
    }
}

impl From<DeadLetterId> for String {
    fn from(id: DeadLetterId) -> Self {
        id.0
    }
}

impl fmt::Display for DeadLetterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
