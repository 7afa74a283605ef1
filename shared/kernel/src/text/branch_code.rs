//! The branch of a company that is registered for tax.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The last six digits of the number of a place of business (NITKU): behind the NPWP of 16 digits they make its 22. `000000`
/// is the head office.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The branch of a company: the last six digits of its NITKU, 000000 for the head office",
    value_type = String, pattern = "^[0-9]{6}$", example = "000000"
)]
pub struct BranchCode([u8; 6]);

/// The text is no code of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use the six digits of the branch, 000000 for the head office")]
pub struct BranchCodeError;

impl BranchCode {
    /// Whether it is the head office.
    pub fn is_head_office(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for BranchCode {
    fn default() -> Self {
        Self(*b"000000")
    }
}

impl FromStr for BranchCode {
    type Err = BranchCodeError;

    fn from_str(text: &str) -> Result<Self, BranchCodeError> {
        let digits: [u8; 6] = text.as_bytes().try_into().map_err(|_| BranchCodeError)?;
        if digits.iter().all(u8::is_ascii_digit) { Ok(Self(digits)) } else { Err(BranchCodeError) }
    }
}

impl TryFrom<String> for BranchCode {
    type Error = BranchCodeError;

    fn try_from(text: String) -> Result<Self, BranchCodeError> {
        text.parse()
    }
}

impl From<BranchCode> for String {
    fn from(code: BranchCode) -> Self {
        code.to_string()
    }
}

impl fmt::Display for BranchCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|digit| write!(f, "{}", char::from(*digit)))
    }
}

impl fmt::Debug for BranchCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_has_six_digits() {
        let branch: BranchCode = "000012".parse().unwrap();
        assert_eq!((branch.to_string().as_str(), branch.is_head_office()), ("000012", false));
        assert!("000000".parse::<BranchCode>().unwrap().is_head_office());
        for bad in ["", "00001", "0000123", "00001a", "００"] {
            assert_eq!(bad.parse::<BranchCode>(), Err(BranchCodeError), "{bad}");
        }
    }
}
