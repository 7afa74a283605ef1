//! Kinds of messages that a tenant declares.

use std::{fmt, str::FromStr};

use kernel::Priority;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TextError;
use crate::{ValueKind, catalogue::MessageKind, rendering::template::is_name};

/// The key of a kind of message: a built-in one, or one of the tenant's own, which begins with `own_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The key of a kind of message; one of your own begins with `own_`",
    value_type = String, pattern = "^[a-z][a-z0-9_]{1,59}$", example = "invoice_ready"
)]
pub struct TextKey(String);

/// The text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key is 2 to 60 of a-z, 0-9 and _, beginning with a letter")]
pub struct TextKeyError;

/// What keys of the tenant's own begin with, so that no later release has the same.
pub(crate) const OWN: &str = "own_";

impl TextKey {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is of a kind of the tenant's own.
    pub fn is_own(&self) -> bool {
        self.0.starts_with(OWN)
    }

    /// Whether it is of a kind whose text tenants cannot replace: one that carries a link or a code, or warns.
    pub fn is_built_in_only(&self) -> bool {
        self.built_in().is_some_and(|kind| kind.priority == Priority::Critical)
    }

    /// The built-in kind.
    pub fn built_in(&self) -> Option<MessageKind> {
        MessageKind::find(&self.0)
    }
}

impl FromStr for TextKey {
    type Err = TextKeyError;

    fn from_str(text: &str) -> Result<Self, TextKeyError> {
        let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let fits = (2..=60).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_lowercase());
        if fits && text.bytes().all(is_word) && text != OWN { Ok(Self(text.to_owned())) } else { Err(TextKeyError) }
    }
}

impl TryFrom<String> for TextKey {
    type Error = TextKeyError;

    fn try_from(text: String) -> Result<Self, TextKeyError> {
        text.parse()
    }
}

impl From<TextKey> for String {
    fn from(key: TextKey) -> Self {
        key.0
    }
}

impl fmt::Display for TextKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value that messages of a kind have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// What stands between the braces.
    #[schema(pattern = "^[a-z][A-Za-z0-9]{0,39}$", example = "amount")]
    pub name: String,
    /// What it holds.
    pub kind: ValueKind,
}

/// What a tenant declares of a kind of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnKind {
    /// How urgent its messages are.
    pub priority: Priority,
    /// What its texts may and must use, beside `name` and `sender`, which every message has.
    pub variables: Vec<Variable>,
}

/// How many variables a kind may have.
const VARIABLES_MAX: usize = 30;
/// What every message of a tenant's own kinds has, whether its texts use it or not.
pub(super) const OF_ALL: [(&str, ValueKind); 2] = [("name", ValueKind::Text), ("sender", ValueKind::Text)];

impl OwnKind {
    /// How urgent its messages are: medium at most. One that was stored by an earlier release may say more.
    pub(super) const fn urgency(&self) -> Priority {
        match self.priority {
            Priority::Critical | Priority::High | Priority::Medium => Priority::Medium,
            Priority::Low => Priority::Low,
        }
    }

    /// Whether it can be kept.
    ///
    /// # Errors
    /// `TooUrgent` and `Twice`; `NotOwn` for names that are none, or too many of them.
    pub(super) fn check(&self) -> Result<(), TextError> {
        if self.priority != self.urgency() {
            return Err(TextError::TooUrgent);
        }
        if self.variables.len() > VARIABLES_MAX {
            return Err(TextError::NotOwn);
        }
        for (place, Variable { name, .. }) in self.variables.iter().enumerate() {
            let of_all = OF_ALL.iter().any(|(known, _)| known == name);
            if of_all || self.variables.iter().take(place).any(|other| other.name == *name) {
                return Err(TextError::Twice { name: name.clone() });
            }
            if !is_name(name) || name.len() > 40 {
                return Err(TextError::NotOwn);
            }
        }
        Ok(())
    }
}
