//! Words of an address, parsed once.

use std::{fmt, str::FromStr};

use kernel::line_without_address;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A name, a street, a city: 1 to 200 characters on one line, none of them hidden, without blanks around them and without the
/// `://` of an address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "Text on one line",
    value_type = String, format = "plain-line-without-addresses", min_length = 1, max_length = 200, example = "Jl. Merdeka 10"
)]
pub struct DeliveryText(String);

impl DeliveryText {
    /// The most characters.
    const MAX: usize = 200;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DeliveryText {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refusal = "use 1 to 200 characters on one line, without invisible ones and without ://";
        line_without_address(text, Self::MAX).map(Self).ok_or(refusal)
    }
}

impl TryFrom<String> for DeliveryText {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DeliveryText> for String {
    fn from(text: DeliveryText) -> Self {
        text.0
    }
}

/// It tells who somebody is, or where they live: it does not reach a log.
impl fmt::Debug for DeliveryText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeliveryText(…)")
    }
}
