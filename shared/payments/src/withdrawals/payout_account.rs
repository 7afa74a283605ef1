//! The bank account that a withdrawal goes to.

use std::fmt;

use kernel::line_without_address;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where money goes. Who reads it knows where somebody banks: sealed in the table, and never in a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutAccount {
    /// The bank.
    pub bank: PayoutLine,
    /// The number.
    pub number: AccountNumber,
    /// In whose name.
    pub holder: PayoutLine,
}

/// The name of a bank or of an account's holder: 1 to 100 characters on one line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The name of a bank, or of who holds an account",
    value_type = String, format = "plain-line-without-addresses", min_length = 1, max_length = 100, example = "BCA"
)]
pub struct PayoutLine(String);

/// The number of a bank account, or an IBAN: 4 to 34 digits and capital letters without blanks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The number of a bank account, or an IBAN, without blanks",
    value_type = String, pattern = "^[0-9A-Z]{4,34}$", example = "0123456789"
)]
pub struct AccountNumber(String);

impl PayoutLine {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AccountNumber {
    /// The number, for those who make the transfer.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last four characters, by which its owner knows it; two of a number that has no more than eight.
    pub fn masked(&self) -> String {
        let shown = if self.0.len() > 8 { 4 } else { 2 };
        let hidden = self.0.len().saturating_sub(shown);
        self.0.chars().enumerate().map(|(place, c)| if place < hidden { '*' } else { c }).collect()
    }
}

impl TryFrom<String> for PayoutLine {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let line = line_without_address(&text, 100);
        line.map(Self).ok_or("use 1 to 100 visible characters on one line, without ://")
    }
}

impl TryFrom<String> for AccountNumber {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = (4..=34).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        if fits { Ok(Self(text)) } else { Err("use 4 to 34 digits and capital letters, without blanks") }
    }
}

impl From<PayoutLine> for String {
    fn from(line: PayoutLine) -> Self {
        line.0
    }
}

impl From<AccountNumber> for String {
    fn from(number: AccountNumber) -> Self {
        number.0
    }
}

impl fmt::Debug for PayoutLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PayoutLine(…)")
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountNumber(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> AccountNumber {
        text.to_owned().try_into().unwrap()
    }

    #[test]
    fn an_account_is_known_by_its_end_and_told_no_further() {
        assert_eq!(number("0123456789").masked(), "******6789");
        assert_eq!(number("ID1234").masked(), "****34");
        assert_eq!(format!("{:?}", number("0123456789")), "AccountNumber(…)");
    }

    #[test]
    fn what_no_bank_writes_is_no_account() {
        for bad in ["", "123", "01 23 45", "abc12345", "1234-5678", "é1234", &"1".repeat(35)] {
            assert!(AccountNumber::try_from((*bad).to_owned()).is_err(), "{bad}");
        }
        for bad in ["", " ", "a\nb", "https://x", &"a".repeat(101)] {
            assert!(PayoutLine::try_from((*bad).to_owned()).is_err(), "{bad:?}");
        }
        assert_eq!(PayoutLine::try_from(" Budi ".to_owned()).unwrap().as_str(), "Budi");
    }
}
