//! The number under which a company or a person pays tax.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A tax id without its separators, such as an Indonesian NPWP of 15 or 16 digits: 4 to 20 of `A-Z0-9`. Dots, dashes,
/// slashes and blanks between them are left out, and letters become capitals.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A number with the tax office, such as an Indonesian NPWP, without separators; those that are sent are left out",
    value_type = String, pattern = "^[A-Z0-9]{4,20}$", example = "0123456789012345"
)]
pub struct TaxId(String);

/// The text is no tax id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 4 to 20 letters and digits; an NPWP has 15 or 16 digits")]
pub struct TaxIdError;

impl TaxId {
    /// The text, without separators.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The 16 digits of an NPWP; one of 15 got a zero before it (PMK 112/PMK.03/2022, article 2).
    pub fn npwp(&self) -> Option<String> {
        self.is_npwp().then(|| format!("{:0>16}", self.0))
    }

    /// Whether it has the form of an NPWP: 16 digits since 2024, 15 before (PMK 112/PMK.03/2022, article 2).
    pub fn is_npwp(&self) -> bool {
        matches!(self.0.len(), 15 | 16) && self.0.bytes().all(|b| b.is_ascii_digit())
    }
}

impl FromStr for TaxId {
    type Err = TaxIdError;

    fn from_str(text: &str) -> Result<Self, TaxIdError> {
        let id: String = text.chars().filter(|c| !" .-/".contains(*c)).map(|c| c.to_ascii_uppercase()).collect();
        let fits = (4..=20).contains(&id.len()) && text.len() <= 40 && id.bytes().all(|b| b.is_ascii_alphanumeric());
        if fits { Ok(Self(id)) } else { Err(TaxIdError) }
    }
}

impl TryFrom<String> for TaxId {
    type Error = TaxIdError;

    fn try_from(text: String) -> Result<Self, TaxIdError> {
        text.parse()
    }
}

impl From<TaxId> for String {
    fn from(id: TaxId) -> Self {
        id.0
    }
}

/// A tax id tells who somebody is: it does not reach a log.
impl fmt::Debug for TaxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaxId(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_do_not_count() {
        let old: TaxId = "01.234.567.8-901.000".parse().unwrap();
        assert_eq!((old.as_str(), old.is_npwp()), ("012345678901000", true));
        let new: TaxId = "0123 4567 8901 2345".parse().unwrap();
        assert_eq!((new.as_str(), new.is_npwp()), ("0123456789012345", true));
        assert_eq!(
            (old.npwp().unwrap().as_str(), new.npwp().unwrap().as_str()),
            ("0012345678901000", "0123456789012345")
        );
        let foreign: TaxId = "de-123 456 789".parse().unwrap();
        assert_eq!((foreign.as_str(), foreign.is_npwp()), ("DE123456789", false));
        assert_eq!(foreign.npwp(), None);
        assert_eq!(format!("{foreign:?}"), "TaxId(…)");
    }

    #[test]
    fn other_texts_are_no_tax_ids() {
        for bad in ["", "123", "...", "1234567890123456789012", "12_34", "１２３４", &" ".repeat(50)] {
            assert_eq!(bad.parse::<TaxId>(), Err(TaxIdError), "{bad}");
        }
    }
}
