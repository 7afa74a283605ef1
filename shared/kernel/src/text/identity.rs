//! The document by which a person is told from others who has no number with the tax office.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An identity document. Separators in its number are left out, and letters become capitals.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "WrittenIdentity", into = "WrittenIdentity", deny_unknown_fields)]
#[schema(description = "The document by which a person is told from others")]
pub struct IdentityDocument {
    /// Which document.
    kind: IdentityKind,
    /// Its number: 16 digits of a national id, 3 to 20 of `A-Z0-9` of a passport.
    #[schema(pattern = "^[A-Z0-9]{3,20}$", min_length = 3, max_length = 20, example = "3174012345678901")]
    number: String,
}

/// Which document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// The number of an Indonesian resident (NIK).
    NationalId,
    /// A passport.
    Passport,
}

/// The number is not one of such a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a national id (NIK) has 16 digits, a passport 3 to 20 letters and digits")]
pub struct IdentityError;

/// As it is written, before it is known to be one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenIdentity {
    kind: IdentityKind,
    number: String,
}

impl IdentityDocument {
    /// A document of this kind and number.
    ///
    /// # Errors
    /// The number is not one of such a document.
    pub fn new(kind: IdentityKind, number: &str) -> Result<Self, IdentityError> {
        let plain: String = number.chars().filter(|c| !" .-/".contains(*c)).map(|c| c.to_ascii_uppercase()).collect();
        let fits = match kind {
            IdentityKind::NationalId => plain.len() == 16 && plain.bytes().all(|b| b.is_ascii_digit()),
            IdentityKind::Passport => {
                (3..=20).contains(&plain.len()) && plain.bytes().all(|b| b.is_ascii_alphanumeric())
            }
        };
        if fits && number.len() <= 40 { Ok(Self { kind, number: plain }) } else { Err(IdentityError) }
    }

    /// Which document it is.
    pub const fn kind(&self) -> IdentityKind {
        self.kind
    }

    /// Its number, without separators.
    pub fn number(&self) -> &str {
        &self.number
    }
}

impl TryFrom<WrittenIdentity> for IdentityDocument {
    type Error = IdentityError;

    fn try_from(written: WrittenIdentity) -> Result<Self, IdentityError> {
        Self::new(written.kind, &written.number)
    }
}

impl From<IdentityDocument> for WrittenIdentity {
    fn from(IdentityDocument { kind, number }: IdentityDocument) -> Self {
        Self { kind, number }
    }
}

/// It tells who somebody is: it does not reach a log.
impl fmt::Debug for IdentityDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}(…)", self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_fields_are_refused_and_its_schema_says_so() {
        let more = r#"{"kind":"passport","number":"C1234567","country":"ID"}"#;
        assert!(serde_json::from_str::<IdentityDocument>(more).is_err());
        let schema = serde_json::to_value(<IdentityDocument as utoipa::PartialSchema>::schema()).unwrap();
        assert_eq!(schema["additionalProperties"], serde_json::json!(false), "{schema}");
    }

    #[test]
    fn a_number_has_the_form_of_its_document() {
        let nik = IdentityDocument::new(IdentityKind::NationalId, "3174 0123 4567 8901").unwrap();
        assert_eq!((nik.number(), format!("{nik:?}").as_str()), ("3174012345678901", "NationalId(…)"));
        let passport = IdentityDocument::new(IdentityKind::Passport, "c-1234567").unwrap();
        assert_eq!(passport.number(), "C1234567");
        let stored = serde_json::to_string(&passport).unwrap();
        assert_eq!(stored, r#"{"kind":"passport","number":"C1234567"}"#);
        assert_eq!(serde_json::from_str::<IdentityDocument>(&stored).unwrap(), passport);
        for bad in ["", "317401234567890", "31740123456789012", "317401234567890A", "１７４０"] {
            assert_eq!(IdentityDocument::new(IdentityKind::NationalId, bad), Err(IdentityError), "{bad}");
        }
        for bad in ["", "AB", "A_23", "123456789012345678901"] {
            assert_eq!(IdentityDocument::new(IdentityKind::Passport, bad), Err(IdentityError), "{bad}");
        }
        assert!(serde_json::from_str::<IdentityDocument>(r#"{"kind":"national_id","number":"1"}"#).is_err());
    }
}
