//! Languages that people are written to in.

use serde::{Deserialize, Serialize};

/// A language that texts are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Indonesian.
    Id,
    /// English.
    En,
}
