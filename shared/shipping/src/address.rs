//! Where goods come from and go to.

use std::fmt;

use kernel::{Country, Phone, line_without_address};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A name, a street, a city: 1 to 200 characters on one line, none of them hidden, and without the `://` of a link.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A part of an address, on one line",
    value_type = String, format = "plain-line-without-addresses", min_length = 1, max_length = 200, example = "Jl. Braga 10"
)]
pub struct ShippingLine(String);

/// The text is no such line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 1 to 200 characters on one line, without invisible ones and without ://")]
pub struct ShippingLineError;

impl ShippingLine {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its letters and digits in lower case, for comparing: `D.K.I. Jakarta` and `DKI JAKARTA` are one.
    pub fn plain(&self) -> String {
        self.0.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    }
}

impl TryFrom<String> for ShippingLine {
    type Error = ShippingLineError;

    fn try_from(text: String) -> Result<Self, ShippingLineError> {
        line_without_address(&text, 200).map(Self).ok_or(ShippingLineError)
    }
}

impl From<ShippingLine> for String {
    fn from(line: ShippingLine) -> Self {
        line.0
    }
}

/// Names and addresses tell who somebody is: they do not reach a log.
impl fmt::Debug for ShippingLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShippingLine(…)")
    }
}

/// Who sends or receives goods, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShippingAddress {
    /// The person.
    pub name: ShippingLine,
    /// The company, where goods are for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<ShippingLine>,
    /// The number that a driver calls. JNE tells where a parcel is only to whoever knows its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// Street and number.
    pub line1: ShippingLine,
    /// Building, floor, neighbourhood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<ShippingLine>,
    /// The district, such as a kecamatan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub district: Option<ShippingLine>,
    /// The city or regency.
    pub city: ShippingLine,
    /// The province or state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub province: Option<ShippingLine>,
    /// The postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<ShippingLine>,
    /// The country.
    pub country: Country,
}

impl ShippingAddress {
    /// The postal code as zones and carriers compare it: letters and digits, in upper case.
    pub fn postal(&self) -> String {
        self.postal_code.as_ref().map(|code| code.plain().to_uppercase()).unwrap_or_default()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn line(text: &str) -> ShippingLine {
        text.to_owned().try_into().unwrap()
    }

    /// Somebody in Bandung.
    pub(crate) fn bandung() -> ShippingAddress {
        serde_json::from_str(
            r#"{"name":"Budi Santoso","phone":"+6281234567890","line1":"Jl. Braga 10","district":"Sumur Bandung",
                "city":"Bandung","province":"Jawa Barat","postalCode":"40111","country":"ID"}"#,
        )
        .unwrap()
    }

    /// Somebody in San Francisco.
    pub(crate) fn san_francisco() -> ShippingAddress {
        serde_json::from_str(
            r#"{"name":"Ann Lee","line1":"417 Montgomery St","city":"San Francisco","province":"CA",
                "postalCode":"94104-1129","country":"US"}"#,
        )
        .unwrap()
    }

    #[test]
    fn an_address_shows_nobody_in_a_log() {
        let shown = format!("{:?}", bandung());
        assert!(!shown.contains("Budi") && !shown.contains("Braga") && !shown.contains("81234567890"), "{shown}");
    }

    #[test]
    fn provinces_and_codes_are_compared_without_their_punctuation() {
        assert_eq!(line("D.K.I. Jakarta").plain(), line("DKI JAKARTA").plain());
        assert_eq!(san_francisco().postal(), "941041129");
        assert!(ShippingLine::try_from("a\nb".to_owned()).is_err());
        assert!(ShippingLine::try_from("x".repeat(201)).is_err());
    }
}
