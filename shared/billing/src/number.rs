//! Invoice numbers: `INV-2026-12-0001`, counted per tenant and month without a gap.

use std::{fmt, str::FromStr};

use kernel::Date;
use serde::{Deserialize, Serialize};

/// A month of the calendar, as `2026-12`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Month {
    year: i16,
    month: i8,
}

/// The number of an invoice: its month and its place in the month, from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(try_from = "String", into = "String")]
pub struct InvoiceNumber {
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
    pub const fn new(month: Month, place: u32) -> Self {
        Self { month, place }
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

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl fmt::Display for InvoiceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "INV-{}-{:04}", self.month, self.place)
    }
}

impl FromStr for InvoiceNumber {
    type Err = InvoiceNumberError;

    fn from_str(text: &str) -> Result<Self, InvoiceNumberError> {
        let mut parts = text.splitn(4, '-');
        let (Some("INV"), Some(year), Some(month), Some(place)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(InvoiceNumberError);
        };
        let month = Month {
            year: year.parse().map_err(|_| InvoiceNumberError)?,
            month: month.parse().map_err(|_| InvoiceNumberError)?,
        };
        let number = Self { month, place: place.parse().map_err(|_| InvoiceNumberError)? };
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
        assert_eq!(InvoiceNumber::new(month, 1).to_string(), "INV-2026-12-0001");
        assert_eq!(InvoiceNumber::new(month, 12_345).to_string(), "INV-2026-12-12345");
    }

    #[test]
    fn a_number_has_one_spelling() {
        for good in ["INV-2026-12-0001", "INV-2026-01-12345"] {
            assert_eq!(good.parse::<InvoiceNumber>().unwrap().to_string(), good);
        }
        for bad in
            ["", "INV-2026-12-1", "INV-2026-13-0001", "INV-2026-12-0000", "INV-2026-12-00001", "INV-2026-12-+001"]
        {
            assert_eq!(bad.parse::<InvoiceNumber>(), Err(InvoiceNumberError), "{bad}");
        }
    }
}
