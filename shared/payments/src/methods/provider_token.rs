//! A provider's name of a card or of whoever saved it: with the merchant's keys it moves money.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a provider calls a card, or whoever saved it. Sealed in the table, in no answer and in no log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderToken(String);

impl ProviderToken {
    /// The name, for the provider itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for ProviderToken {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for ProviderToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProviderToken(…)")
    }
}
