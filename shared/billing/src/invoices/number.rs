//! Invoice numbers: `INV-2026-12-0001`, counted per tenant and month without a gap, whatever the prefix.

use std::{fmt, str::FromStr};

use kernel::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A month of the calendar, as `2026-12`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Month {
    year: i16,
    month: i8,
}

/// What a tenant's invoice numbers begin with: 1 to 12 of `A-Z0-9`, beginning with a letter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    as = InvoiceNumberPrefix, description = "What invoice numbers begin with",
    value_type = String, pattern = "^[A-Z][A-Z0-9]{0,11}$", example = "INV"
)]
pub struct NumberPrefix([u8; PREFIX_LENGTH]);

/// The text is no prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 1 to 12 of A-Z and 0-9, beginning with a letter")]
pub struct NumberPrefixError;

const PREFIX_LENGTH: usize = 12;

/// The number of an invoice: its prefix, its month and its place in the month, from 1.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(try_from = "String", into = "String")]
pub struct InvoiceNumber {
    prefix: NumberPrefix,
    month: Month,
    place: u32,
}

/// The text is no invoice number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an invoice number: they look like INV-2026-12-0001")]
pub struct InvoiceNumberError;

impl Month {
    /// The month of a day.
    pub fn of(day: Date) -> Self {
        Self { year: day.year(), month: day.month() }
    }
}

impl InvoiceNumber {
    /// The number at `place`, from 1, of `month`.
    pub const fn new(prefix: NumberPrefix, month: Month, place: u32) -> Self {
        Self { prefix, month, place }
    }

    /// The number at another place of the same month.
    #[must_use]
    pub const fn at(self, place: u32) -> Self {
        Self { place, ..self }
    }

    /// Its month.
    pub const fn month(self) -> Month {
        self.month
    }

    /// Its place in the month, from 1.
    pub const fn place(self) -> u32 {
        self.place
    }
}

impl NumberPrefix {
    fn as_str(&self) -> &str {
        let text = self.0.split(|byte| *byte == 0).next().unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
    }
}

impl Default for NumberPrefix {
    /// `INV`.
    fn default() -> Self {
        let mut bytes = [0; PREFIX_LENGTH];
        for (byte, letter) in bytes.iter_mut().zip(b"INV") {
            *byte = *letter;
        }
        Self(bytes)
    }
}

impl FromStr for NumberPrefix {
    type Err = NumberPrefixError;

    fn from_str(text: &str) -> Result<Self, NumberPrefixError> {
        let fits = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if !fits || text.len() > PREFIX_LENGTH || !text.starts_with(|first: char| first.is_ascii_uppercase()) {
            return Err(NumberPrefixError);
        }
        let mut bytes = [0; PREFIX_LENGTH];
        for (byte, letter) in bytes.iter_mut().zip(text.bytes()) {
            *byte = letter;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for NumberPrefix {
    type Error = NumberPrefixError;

    fn try_from(text: String) -> Result<Self, NumberPrefixError> {
        text.parse()
    }
}

impl From<NumberPrefix> for String {
    fn from(prefix: NumberPrefix) -> Self {
        prefix.to_string()
    }
}

impl fmt::Display for NumberPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for NumberPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl fmt::Display for InvoiceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{:04}", self.prefix, self.month, self.place)
    }
}

impl FromStr for InvoiceNumber {
    type Err = InvoiceNumberError;

    fn from_str(text: &str) -> Result<Self, InvoiceNumberError> {
        let mut parts = text.splitn(4, '-');
        let (Some(prefix), Some(year), Some(month), Some(place)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(InvoiceNumberError);
        };
        let month = Month {
            year: year.parse().map_err(|_| InvoiceNumberError)?,
            month: month.parse().map_err(|_| InvoiceNumberError)?,
        };
        let prefix = prefix.parse().map_err(|_| InvoiceNumberError)?;
        let number = Self { prefix, month, place: place.parse().map_err(|_| InvoiceNumberError)? };
        let exists = (1..=12).contains(&month.month) && number.place > 0;
        // One spelling only, so that a number is a key.
        if exists && number.to_string() == text { Ok(number) } else { Err(InvoiceNumberError) }
    }
}

impl TryFrom<String> for InvoiceNumber {
    type Error = InvoiceNumberError;

    fn try_from(text: String) -> Result<Self, InvoiceNumberError> {
        text.parse()
    }
}

impl From<InvoiceNumber> for String {
    fn from(number: InvoiceNumber) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_number_has_at_least_four_digits() {
        let month = Month::of(date(2026, 12, 31));
        let number = |prefix: &str, place| InvoiceNumber::new(prefix.parse().unwrap(), month, place).to_string();
        assert_eq!(number("INV", 1), "INV-2026-12-0001");
        assert_eq!(number("TOKO7", 12_345), "TOKO7-2026-12-12345");
        assert_eq!(NumberPrefix::default().to_string(), "INV");
    }

    #[test]
    fn a_number_has_one_spelling() {
        for good in ["INV-2026-12-0001", "INV-2026-01-12345", "A-2026-01-0002", "ABCDEFGHIJKL-2026-01-0002"] {
            assert_eq!(good.parse::<InvoiceNumber>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "INV-2026-12-1",
            "INV-2026-13-0001",
            "INV-2026-12-0000",
            "INV-2026-12-00001",
            "INV-2026-12-+001",
            "-2026-12-0001",
            "inv-2026-12-0001",
            "7-2026-12-0001",
            "ABCDEFGHIJKLM-2026-12-0001",
        ] {
            assert_eq!(bad.parse::<InvoiceNumber>(), Err(InvoiceNumberError), "{bad}");
        }
    }
}
