//! SKUs: the names under which a shop keeps what it sells.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// 1 to 64 of `A-Z a-z 0-9 . _ -`, beginning with a letter or a digit. `ab-1` and `AB-1` are two. The words of [`Sku::TAKEN`] are none.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The name under which a shop keeps what it sells; capitals count, and `alerts`, `locations` and `reservations` are \
        none",
    value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9._-]*$", min_length = 1, max_length = 64, example = "KOPI-250-ROASTED"
)]
pub struct Sku(String);

/// The text is no SKU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "use 1 to 64 letters, digits, dots, underscores and hyphens, beginning with a letter or a digit, and not the word alerts, locations or reservations"
)]
pub struct SkuError;

impl Sku {
    /// What stands where a SKU does in addresses below `/inventory`, and so can be none.
    pub const TAKEN: [&'static str; 3] = ["alerts", "locations", "reservations"];

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Sku {
    type Err = SkuError;

    fn from_str(text: &str) -> Result<Self, SkuError> {
        let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let is_free = !Self::TAKEN.contains(&text);
        if begins && is_free && text.len() <= 64 && text.bytes().all(is_part) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SkuError)
        }
    }
}

impl TryFrom<String> for Sku {
    type Error = SkuError;

    fn try_from(text: String) -> Result<Self, SkuError> {
        text.parse()
    }
}

impl From<Sku> for String {
    fn from(sku: Sku) -> Self {
        sku.0
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sku_stands_in_an_address_as_it_is() {
        for good in ["A", "Alerts", "AB-1234", "kopi.250_g", "0001", &"x".repeat(64)] {
            assert_eq!(good.parse::<Sku>().unwrap().as_str(), good);
        }
        for bad in
            ["", "-a", ".a", "a b", "a#b", "a/b", "é", "a\n", "alerts", "locations", "reservations", &"x".repeat(65)]
        {
            assert_eq!(bad.parse::<Sku>(), Err(SkuError), "{bad:?}");
        }
    }
}
