//! What people type, and what they read.

use std::{fmt, str::FromStr};

use kernel::fits_on_a_line;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a buyer types: 2 to 40 of `A-Z 0-9 _ -`, beginning with a letter or a digit. Small letters become capitals.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What a buyer types; small letters become capitals",
    value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{1,39}$", example = "RAMADAN26"
)]
pub struct PromotionCode(String);

/// The text is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 2 to 40 letters, digits, _ and -, the first a letter or digit")]
pub struct PromotionCodeError;

/// What a promotion is called: 1 to 80 characters on one line, none of them hidden. It stands in carts and on invoices.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What a promotion is called, as buyers read it",
    value_type = String, format = "trimmed-plain-line", min_length = 1, max_length = 80, example = "Ramadan sale"
)]
pub struct PromotionName(String);

impl FromStr for PromotionCode {
    type Err = PromotionCodeError;

    fn from_str(text: &str) -> Result<Self, PromotionCodeError> {
        let begins = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        let is_part = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
        if begins && (2..=40).contains(&text.len()) && text.bytes().all(is_part) {
            Ok(Self(text.to_ascii_uppercase()))
        } else {
            Err(PromotionCodeError)
        }
    }
}

impl TryFrom<String> for PromotionCode {
    type Error = PromotionCodeError;

    fn try_from(text: String) -> Result<Self, PromotionCodeError> {
        text.parse()
    }
}

impl From<PromotionCode> for String {
    fn from(code: PromotionCode) -> Self {
        code.0
    }
}

impl fmt::Display for PromotionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PromotionName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PromotionName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let refusal = "use 1 to 80 characters on one line, without blanks around them and invisible ones";
        if fits_on_a_line(&text, 80) { Ok(Self(text)) } else { Err(refusal) }
    }
}

impl From<PromotionName> for String {
    fn from(name: PromotionName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_same_in_small_letters() {
        assert_eq!("ramadan-26".parse::<PromotionCode>().unwrap().to_string(), "RAMADAN-26");
        for bad in ["", "A", "-A", "A B", "A#", "É1", &"A".repeat(41)] {
            assert!(bad.parse::<PromotionCode>().is_err(), "{bad}");
        }
        assert!("A".repeat(40).parse::<PromotionCode>().is_ok());
        for bad in ["", " a", "a\nb", "a\u{202e}b"] {
            assert!(PromotionName::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
    }
}
