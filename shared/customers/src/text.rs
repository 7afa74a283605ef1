//! The texts of a customer, parsed once.

use std::{fmt, str::FromStr};

use kernel::{has_scheme, is_plain_line};
use serde::{Deserialize, Serialize};

/// A name, a street, a city: 1 to 200 characters on one line, none of them hidden, without blanks around them and
/// without the `://` of an address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlainLine(String);

/// The text is no such line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 1 to 200 characters on one line, without invisible ones and without ://")]
pub struct PlainLineError;

/// What the tenant calls a customer in its own system, unique in the tenant: `^[A-Za-z0-9_.:@-]{1,100}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(try_from = "String", into = "String")]
pub struct ExternalId(String);

/// The text is no external id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 1 to 100 of A-Z, a-z, 0-9 and _ . : @ -")]
pub struct ExternalIdError;

impl PlainLine {
    /// The most characters.
    pub const MAX: usize = 200;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PlainLine {
    type Err = PlainLineError;

    fn from_str(text: &str) -> Result<Self, PlainLineError> {
        let text = text.trim();
        let fits = text.chars().count() <= Self::MAX && is_plain_line(text) && !has_scheme(text);
        if fits { Ok(Self(text.to_owned())) } else { Err(PlainLineError) }
    }
}

impl TryFrom<String> for PlainLine {
    type Error = PlainLineError;

    fn try_from(text: String) -> Result<Self, PlainLineError> {
        text.parse()
    }
}

impl From<PlainLine> for String {
    fn from(line: PlainLine) -> Self {
        line.0
    }
}

/// Names and addresses tell who somebody is: they do not reach a log.
impl fmt::Debug for PlainLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainLine(…)")
    }
}

impl ExternalId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ExternalId {
    type Err = ExternalIdError;

    fn from_str(text: &str) -> Result<Self, ExternalIdError> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"_.:@-".contains(&b);
        if (1..=100).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ExternalIdError)
        }
    }
}

impl TryFrom<String> for ExternalId {
    type Error = ExternalIdError;

    fn try_from(text: String) -> Result<Self, ExternalIdError> {
        text.parse()
    }
}

impl From<ExternalId> for String {
    fn from(id: ExternalId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_all_that_it_holds() {
        assert_eq!(" PT Maju Jaya ".parse::<PlainLine>().unwrap().as_str(), "PT Maju Jaya");
        for bad in ["", " ", "a\nb", "a\u{202e}b", "PT https://x", &"a".repeat(201)] {
            assert_eq!(bad.parse::<PlainLine>(), Err(PlainLineError), "{bad:?}");
        }
        assert_eq!(format!("{:?}", "Budi".parse::<PlainLine>().unwrap()), "PlainLine(…)");
    }

    #[test]
    fn an_external_id_fits_into_a_key() {
        for good in ["1", "crm:42", "budi@toko.example", "A_b-c.9"] {
            assert_eq!(good.parse::<ExternalId>().unwrap().as_str(), good);
        }
        for bad in ["", "a b", "a#b", "a/b", "é", &"a".repeat(101)] {
            assert_eq!(bad.parse::<ExternalId>(), Err(ExternalIdError), "{bad}");
        }
    }
}
