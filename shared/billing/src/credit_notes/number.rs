//! Numbers of credit notes: `CN-2026-12-0001`, counted per tenant and month without a gap, apart from the invoices.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{InvoiceNumber, InvoiceNumberError, Month, NumberPrefix};

/// What all of them begin with, whatever a tenant's invoices do.
const PREFIX: &str = "CN";

/// The number of a credit note: its month and its place in the month, from 1.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(try_from = "String", into = "String")]
pub struct CreditNoteNumber(InvoiceNumber);

/// The text is no number of a credit note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a number of a credit note: they look like CN-2026-12-0001")]
pub struct CreditNoteNumberError;

impl CreditNoteNumber {
    /// The number at `place`, from 1, of `month`.
    ///
    /// # Errors
    /// Never: the prefix is a good one.
    pub fn new(month: Month, place: u32) -> Result<Self, CreditNoteNumberError> {
        let prefix: NumberPrefix = PREFIX.parse().map_err(|_| CreditNoteNumberError)?;
        Ok(Self(InvoiceNumber::new(prefix, month, place)))
    }

    /// Its month.
    pub const fn month(self) -> Month {
        self.0.month()
    }

    /// Its place in the month, from 1.
    pub const fn place(self) -> u32 {
        self.0.place()
    }
}

impl fmt::Display for CreditNoteNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for CreditNoteNumber {
    type Err = CreditNoteNumberError;

    fn from_str(text: &str) -> Result<Self, CreditNoteNumberError> {
        let number: InvoiceNumber = text.parse().map_err(|_: InvoiceNumberError| CreditNoteNumberError)?;
        if text.starts_with("CN-") { Ok(Self(number)) } else { Err(CreditNoteNumberError) }
    }
}

impl TryFrom<String> for CreditNoteNumber {
    type Error = CreditNoteNumberError;

    fn try_from(text: String) -> Result<Self, CreditNoteNumberError> {
        text.parse()
    }
}

impl From<CreditNoteNumber> for String {
    fn from(number: CreditNoteNumber) -> Self {
        number.to_string()
    }
}
