//! Days as query parameters.

use kernel::{Date, parse_day};
use serde::Deserialize;
use utoipa::ToSchema;

/// A day such as `2026-12-01`, in that form alone: other forms of ISO 8601 are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(description = "A day", value_type = String, format = Date, example = "2026-12-01")]
pub struct Day(pub Date);

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        parse_day(&text).map(Self).ok_or("use a day such as 2026-12-01")
    }
}
