//! Codes: bar codes, and the keys of price lists and groups.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The number below a bar code: 1 to 64 letters, digits and hyphens, such as a GTIN of 8 to 14 digits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The number below the bar code, such as a GTIN", value_type = String, pattern = "^[A-Za-z0-9-]{1,64}$",
    example = "8991234567890"
)]
pub struct Barcode(String);

/// The key of a price list or of a group of customers: 1 to 40 of `a-z 0-9 _ -`, beginning with a letter or digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The key of a price list or of a group of customers", value_type = String,
    pattern = "^[a-z0-9][a-z0-9_-]{0,39}$", example = "wholesale"
)]
pub struct PriceKey(String);

impl Barcode {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Barcode {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if fits { Ok(Self(text)) } else { Err("use 1 to 64 letters, digits and hyphens") }
    }
}

impl From<Barcode> for String {
    fn from(code: Barcode) -> Self {
        code.0
    }
}

impl PriceKey {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PriceKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b);
        let fits = (1..=40).contains(&text.len())
            && text.bytes().all(fits)
            && text.starts_with(|first: char| first.is_ascii_alphanumeric());
        if fits { Ok(Self(text)) } else { Err("use 1 to 40 of a-z, 0-9, _ and -, beginning with a letter or digit") }
    }
}

impl From<PriceKey> for String {
    fn from(key: PriceKey) -> Self {
        key.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is<T: TryFrom<String>>(text: &str) -> bool {
        T::try_from(text.to_owned()).is_ok()
    }

    #[test]
    fn codes_fit_into_a_key() {
        for bad in ["", "a b", "a#b", "é", "a\n", &"x".repeat(65)] {
            assert!(!is::<Barcode>(bad) && !is::<PriceKey>(bad), "{bad:?}");
        }
        assert!(is::<Barcode>("8991234567890") && !is::<Barcode>("a/b"));
        assert!(is::<PriceKey>("b2b_1") && !is::<PriceKey>("B2B") && !is::<PriceKey>("-b") && !is::<PriceKey>("_"));
    }
}
