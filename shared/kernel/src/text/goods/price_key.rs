//! The keys of price lists, and of the groups of customers that they are for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The key of a price list or of a group of customers: 1 to 40 of `a-z 0-9 _ -`, beginning with a letter or digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The key of a price list or of a group of customers", value_type = String,
    pattern = "^[a-z0-9][a-z0-9_-]{0,39}$", example = "wholesale"
)]
pub struct PriceKey(String);

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

    #[test]
    fn keys_fit_into_a_key() {
        let is = |text: &str| PriceKey::try_from(text.to_owned()).is_ok();
        for bad in ["", "a b", "a#b", "é", "a\n", "B2B", "-b", "_", &"x".repeat(41)] {
            assert!(!is(bad), "{bad:?}");
        }
        assert!(is("b2b_1") && is(&"x".repeat(40)));
    }
}
