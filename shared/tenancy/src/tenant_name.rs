//! What a tenant calls itself.

use std::str::FromStr;

use kernel::{has_scheme, is_plain_line};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a tenant calls itself: 2 to 80 characters on one line, none of them hidden, without the `://` of an address.
/// `toko.id` is a name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What a tenant calls itself: one line",
    value_type = String, format = "plain-line-without-addresses", min_length = 2, max_length = 80, example = "Toko Sinar"
)]
pub struct TenantName(String);

/// The text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 2 to 80 characters on one line, without invisible ones and without ://")]
pub struct TenantNameError;

impl TenantName {
    /// That of tenant zero.
    pub(crate) fn platform() -> Self {
        Self("Ruko".to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TenantName {
    type Err = TenantNameError;

    fn from_str(text: &str) -> Result<Self, TenantNameError> {
        let text = text.trim();
        let well_formed = (2..=80).contains(&text.chars().count()) && is_plain_line(text) && !has_scheme(text);
        if well_formed { Ok(Self(text.to_owned())) } else { Err(TenantNameError) }
    }
}

impl TryFrom<String> for TenantName {
    type Error = TenantNameError;

    fn try_from(text: String) -> Result<Self, TenantNameError> {
        text.parse()
    }
}

impl From<TenantName> for String {
    fn from(name: TenantName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_hides_nothing() {
        for good in ["Toko Budi", "  Toko Budi  ", "東京商店", "Café №1"] {
            assert!(good.parse::<TenantName>().is_ok(), "{good}");
        }
        let long = "a".repeat(81);
        for bad in [
            "a",
            "  ",
            " a ",
            "To\nko",
            "Toko\u{200b}",
            "Toko\u{202e}idub",
            "Toko\u{2028}Budi",
            "\u{3164}\u{3164}",
            "Verify at https://evil.example",
            &long,
        ] {
            assert!(bad.parse::<TenantName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_are_checked() {
        assert_eq!(" Toko Budi ".parse::<TenantName>().unwrap().as_str(), "Toko Budi");
        for bad in ["", "x", "a\r\nBcc: b", &"a".repeat(81)] {
            assert!(bad.parse::<TenantName>().is_err(), "{bad}");
        }
    }
}
