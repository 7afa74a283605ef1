//! Since when and why a user is suspended.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why something is done, in the words of whoever does it: 1 to 200 characters on one line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    as = StatedReason, description = "Why, in the words of whoever does it: one line",
    value_type = String, format = "line", min_length = 1, max_length = 200, example = "As agreed on the phone"
)]
pub struct Reason(String);

/// Since when and why a user is suspended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// Since when.
    pub at: Timestamp,
    /// Why, if somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl TryFrom<String> for Reason {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let well_formed = (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if well_formed { Ok(Self(text)) } else { Err("use 1 to 200 characters on one line") }
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.0
    }
}
