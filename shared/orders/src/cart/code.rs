//! A code of a promotion, as somebody types it in.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// 1 to 40 of `A-Z 0-9 _ -`, beginning with a letter or a digit. Small letters that are typed in become capitals.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A code of a promotion; small letters count as capitals", value_type = String,
    pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$", example = "HEMAT10"
)]
pub struct CartCode(String);

impl CartCode {
    /// The text, in capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CartCode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
        let begins = text.starts_with(|first: char| first.is_ascii_alphanumeric());
        if begins && text.len() <= 40 && text.bytes().all(fits) {
            Ok(Self(text.to_ascii_uppercase()))
        } else {
            Err("use 1 to 40 letters, digits, _ and -, beginning with a letter or digit")
        }
    }
}

impl TryFrom<String> for CartCode {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CartCode> for String {
    fn from(code: CartCode) -> Self {
        code.0
    }
}

impl fmt::Display for CartCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_letters_are_capitals() {
        assert_eq!("hemat_10".parse::<CartCode>().unwrap().as_str(), "HEMAT_10");
        for bad in ["", "_A", "a b", "é", &"A".repeat(41)] {
            assert!(bad.parse::<CartCode>().is_err(), "{bad}");
        }
    }
}
