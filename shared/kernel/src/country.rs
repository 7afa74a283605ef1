//! Countries.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A country by its ISO 3166-1 alpha-2 code. Only the shape is checked: the list changes, and nothing here depends on it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

/// The text is no country code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use a two-letter country code such as ID")]
pub struct CountryError;

impl Country {
    /// Indonesia.
    pub const ID: Self = Self(*b"ID");
}

impl FromStr for Country {
    type Err = CountryError;

    fn from_str(text: &str) -> Result<Self, CountryError> {
        let code: [u8; 2] = text.as_bytes().try_into().map_err(|_| CountryError)?;
        if code.iter().all(u8::is_ascii_uppercase) { Ok(Self(code)) } else { Err(CountryError) }
    }
}

impl TryFrom<String> for Country {
    type Error = CountryError;

    fn try_from(text: String) -> Result<Self, CountryError> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.0.iter().map(|byte| char::from(*byte)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_checked() {
        assert_eq!("ID".parse(), Ok(Country::ID));
        for bad in ["", "id", "IDN", "I1"] {
            assert!(bad.parse::<Country>().is_err(), "{bad}");
        }
    }
}
