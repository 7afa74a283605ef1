//! Languages that people are written to in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A language that texts are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Indonesian.
    Id,
    /// English.
    En,
}
