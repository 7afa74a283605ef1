//! Small values: names of providers and models, and money in nano-dollars.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most nano-dollars of one budget: a million dollars.
pub const MOST_NANO_USD: i64 = 1_000_000_000_000_000;

/// The longest name.
const LONGEST: usize = 100;

/// The name of a provider or model, as callers send it: 1 to 100 of letters, digits and `._:/-`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$", example = "gpt-4o-mini")]
pub struct AiName(String);

/// The text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "use 1 to 100 letters, digits, dots, colons, slashes, underscores and hyphens, beginning with a letter or digit"
)]
pub struct AiNameError;

impl AiName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AiName {
    type Error = AiNameError;

    fn try_from(text: String) -> Result<Self, AiNameError> {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
        let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        if begins && text.len() <= LONGEST && text.bytes().all(inner) { Ok(Self(text)) } else { Err(AiNameError) }
    }
}

impl From<AiName> for String {
    fn from(name: AiName) -> Self {
        name.0
    }
}

/// An amount of nano-dollars from 0 to a million dollars.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "i64", into = "i64")]
#[schema(
    value_type = i64, minimum = 0, maximum = 1_000_000_000_000_000_i64, example = 50_000_000_000_i64,
    description = "Nano-dollars: 1,000,000,000 are one US dollar"
)]
pub struct NanoDollars(i64);

/// The amount is out of bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use nano-dollars from 0 to 1,000,000,000,000,000, which is a million US dollars")]
pub struct NanoDollarsError;

impl NanoDollars {
    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for NanoDollars {
    type Error = NanoDollarsError;

    fn try_from(nano: i64) -> Result<Self, NanoDollarsError> {
        if (0..=MOST_NANO_USD).contains(&nano) { Ok(Self(nano)) } else { Err(NanoDollarsError) }
    }
}

impl From<NanoDollars> for i64 {
    fn from(nano: NanoDollars) -> Self {
        nano.0
    }
}

/// Nano-dollars as dollars, exactly: `5812500` is `0.0058125`.
pub fn usd(nano: i64) -> String {
    const ONE: u64 = 1_000_000_000;
    let (sign, size) = (if nano < 0 { "-" } else { "" }, nano.unsigned_abs());
    let text = format!("{sign}{}.{:09}", size / ONE, size % ONE);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_exact() {
        for (nano, text) in [
            (0, "0"),
            (1, "0.000000001"),
            (5_812_500, "0.0058125"),
            (-1_500_000_000, "-1.5"),
            (1_000_000_000, "1"),
            (100_000_000_000, "100"),
        ] {
            assert_eq!(usd(nano), text);
        }
    }

    #[test]
    fn a_name_is_plain() {
        for good in ["gpt-4o-mini", "anthropic/claude-3.5", "llama3:8b", "a"] {
            assert!(AiName::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a b", "ä", &"a".repeat(101), "a\n"] {
            assert!(AiName::try_from((*bad).to_owned()).is_err(), "{bad}");
        }
        assert!(NanoDollars::try_from(-1).is_err());
        assert!(NanoDollars::try_from(MOST_NANO_USD + 1).is_err());
    }
}
