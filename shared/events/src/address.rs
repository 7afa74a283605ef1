//! An e-mail address as events name it.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The keyed hash of an e-mail address in one tenant. Whom it belongs to, if anybody, is looked up by whoever needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct AddressHash(String);

impl AddressHash {
    /// The text, as the index of addresses has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for AddressHash {
    fn from(hash: String) -> Self {
        Self(hash)
    }
}

impl fmt::Display for AddressHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
