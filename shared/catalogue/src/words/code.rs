//! Bar codes.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_fit_into_a_key() {
        let is = |text: &str| Barcode::try_from(text.to_owned()).is_ok();
        for bad in ["", "a b", "a#b", "é", "a\n", &"x".repeat(65)] {
            assert!(!is(bad), "{bad:?}");
        }
        assert!(is("8991234567890") && !is("a/b"));
    }
}
