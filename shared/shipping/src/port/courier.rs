//! Names that carriers give.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who carries a parcel, as its carrier calls them: `jne`, `USPS`. 1 to 40 letters, digits, `_`, `-`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A courier, as its carrier calls it", value_type = String, pattern = "^[A-Za-z0-9_-]{1,40}$", example = "jne"
)]
pub struct CourierCode(String);

/// One of a courier's services: `REG`, `GroundAdvantage`. 1 to 60 letters, digits, blanks, `_ - + . / ( )`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A service of a courier", value_type = String, pattern = "^[A-Za-z0-9 _+./()-]{1,60}$", example = "REG"
)]
pub struct ServiceCode(String);

/// The number of a parcel at its courier: 1 to 60 letters, digits, `-`; small letters are capitals.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The number of a parcel at its courier; small letters count as capitals", value_type = String, pattern = "^[A-Za-z0-9-]{1,60}$",
    example = "SOCAG00183235715"
)]
pub struct TrackingCode(String);

/// The text is no such name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CodeError(&'static str);

impl CourierCode {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ServiceCode {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TrackingCode {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn fits(text: &str, most: usize, others: &[u8]) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || others.contains(&b))
}

impl TryFrom<String> for CourierCode {
    type Error = CodeError;

    fn try_from(text: String) -> Result<Self, CodeError> {
        if fits(&text, 40, b"_-") { Ok(Self(text)) } else { Err(CodeError("use 1 to 40 letters, digits, _ and -")) }
    }
}

impl TryFrom<String> for ServiceCode {
    type Error = CodeError;

    fn try_from(text: String) -> Result<Self, CodeError> {
        let advice = CodeError("use 1 to 60 letters, digits, blanks and _ - + . / ( )");
        if fits(&text, 60, b" _-+./()") { Ok(Self(text)) } else { Err(advice) }
    }
}

impl TryFrom<String> for TrackingCode {
    type Error = CodeError;

    fn try_from(text: String) -> Result<Self, CodeError> {
        if fits(&text, 60, b"-") {
            Ok(Self(text.to_ascii_uppercase()))
        } else {
            Err(CodeError("use 1 to 60 letters, digits and -"))
        }
    }
}

impl From<CourierCode> for String {
    fn from(code: CourierCode) -> Self {
        code.0
    }
}

impl From<ServiceCode> for String {
    fn from(code: ServiceCode) -> Self {
        code.0
    }
}

impl From<TrackingCode> for String {
    fn from(code: TrackingCode) -> Self {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_change_a_request_are_none() {
        for bad in ["", "jne:sicepat", "jne&weight=1", "a b", "jn\u{e9}"] {
            assert!(CourierCode::try_from(bad.to_owned()).is_err(), "{bad}");
        }
        for bad in ["", "1/../2", "1 2", "a&b"] {
            assert!(TrackingCode::try_from(bad.to_owned()).is_err(), "{bad}");
        }
        assert!(ServiceCode::try_from("JTR<130".to_owned()).is_err());
        assert!(ServiceCode::try_from("CTC YES (1-1)".to_owned()).is_ok());
    }
}
