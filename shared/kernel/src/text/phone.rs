//! Phone numbers in one spelling.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A number in E.164 form, `+6281234567890`: a plus, the country code, 8 to 15 digits in all.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A phone number in E.164 form; spaces, hyphens, dots and brackets that are sent are left out",
    value_type = String, pattern = r"^\+[1-9][0-9]{7,14}$", example = "+6281234567890"
)]
pub struct Phone(String);

/// The text is no number that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a phone number: use the international form such as +6281234567890")]
pub struct PhoneError;

impl Phone {
    /// The number in its one spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Phone {
    type Err = PhoneError;

    /// Spaces, hyphens, dots and brackets between the digits are for the eye and left out.
    fn from_str(text: &str) -> Result<Self, PhoneError> {
        if text.len() > 40 {
            return Err(PhoneError);
        }
        let number: String = text.chars().filter(|c| !" -.()".contains(*c)).collect();
        let digits = number.strip_prefix('+').ok_or(PhoneError)?;
        let well_formed =
            (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if well_formed { Ok(Self(number)) } else { Err(PhoneError) }
    }
}

impl TryFrom<String> for Phone {
    type Error = PhoneError;

    fn try_from(text: String) -> Result<Self, PhoneError> {
        text.parse()
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

impl fmt::Debug for Phone {
    /// Numbers are personal data: a debug print must not leak them into a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("+***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_has_one_spelling() {
        for same in ["+6281234567890", "+62 812-3456-7890", "+62 (812) 3456.7890"] {
            assert_eq!(same.parse::<Phone>().unwrap().as_str(), "+6281234567890", "{same}");
        }
    }

    #[test]
    fn what_cannot_be_dialled_from_abroad_is_refused() {
        for bad in
            ["", "+", "081234567890", "+0812345678", "+6281234x67890", "+123", "+1234567890123456", "+62\n81234567890"]
        {
            assert!(bad.parse::<Phone>().is_err(), "{bad:?}");
        }
    }
}
