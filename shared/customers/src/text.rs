//! The texts of a customer, parsed once.

use std::{fmt, str::FromStr};

use kernel::{Email, line_without_address};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use utoipa::ToSchema;

/// A name, a street, a city: 1 to 200 characters on one line, none of them hidden, without blanks around them and
/// without the `://` of an address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "Text on one line",
    value_type = String, format = "plain-line-without-addresses", min_length = 1, max_length = 200, example = "PT Toko Sinar Jaya"
)]
pub struct PlainLine(String);

/// The text is no such line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 1 to 200 characters on one line, without invisible ones and without ://")]
pub struct PlainLineError;

/// What the tenant calls a customer in its own system, unique in the tenant: `^[A-Za-z0-9_.:@-]{1,100}$`. An e-mail
/// address is none: the id stands in keys, which are not sealed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What you call the customer in your own system, unique in the tenant; not an e-mail address",
    value_type = String, pattern = "^[A-Za-z0-9_.:@-]{1,100}$", example = "crm-4711"
)]
pub struct ExternalId(String);

/// Why a text is no external id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExternalIdError {
    /// Its length or a character.
    #[error("use 1 to 100 of A-Z, a-z, 0-9 and _ . : @ -")]
    Form,
    /// It tells who somebody is.
    #[error(
        "an e-mail address is no external id, which is kept readable: use the number that your system gives the customer"
    )]
    Address,
}

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
        line_without_address(text, Self::MAX).map(Self).ok_or(PlainLineError)
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
    /// One that was stored: those from before may be addresses.
    fn stored(text: &str) -> Result<Self, ExternalIdError> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"_.:@-".contains(&b);
        let fits = (1..=100).contains(&text.len()) && text.bytes().all(fits);
        if fits { Ok(Self(text.to_owned())) } else { Err(ExternalIdError::Form) }
    }

    /// Reads the external id of a row.
    ///
    /// # Errors
    /// `Form`.
    pub(crate) fn of_row<'de, D: Deserializer<'de>>(row: D) -> Result<Option<Self>, D::Error> {
        let text = Option::<String>::deserialize(row)?;
        text.map(|text| Self::stored(&text).map_err(D::Error::custom)).transpose()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ExternalId {
    type Err = ExternalIdError;

    fn from_str(text: &str) -> Result<Self, ExternalIdError> {
        let stored = Self::stored(text)?;
        if text.parse::<Email>().is_ok() { Err(ExternalIdError::Address) } else { Ok(stored) }
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
        for good in ["1", "crm:42", "budi@crm", "@42", "A_b-c.9"] {
            assert_eq!(good.parse::<ExternalId>().unwrap().as_str(), good);
        }
        for bad in ["", "a b", "a#b", "a/b", "é", &"a".repeat(101)] {
            assert_eq!(bad.parse::<ExternalId>(), Err(ExternalIdError::Form), "{bad}");
        }
    }

    #[test]
    fn an_address_is_no_external_id_though_stored_ones_are_read() {
        for address in ["budi@toko.example", "BUDI@Toko.Example", "b.s-1@x.co"] {
            assert_eq!(address.parse::<ExternalId>(), Err(ExternalIdError::Address), "{address}");
        }
        let mut stored: serde_json::Value = serde_json::from_str(include_str!("golden/customer.json")).unwrap();
        stored["externalId"] = "budi@toko.example".into();
        let stored: crate::Customer = serde_json::from_value(stored).unwrap();
        assert_eq!(stored.external_id.unwrap().as_str(), "budi@toko.example");
    }
}
