//! Why a credit note cannot be written.

use kernel::{Fault, FaultKind, Money, MoneyError};

use crate::{InvoiceError, credit_notes::number::CreditNoteNumberError};

/// Why a credit note cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreditNoteError {
    /// The invoice does not allow it.
    #[error(transparent)]
    Invoice(#[from] InvoiceError),
    /// It is credited whole, or asks for nothing.
    #[error("nothing is left of the invoice that a credit note could take back")]
    NothingLeft,
    /// A line is credited whole, or asks for nothing.
    #[error("nothing is left of line {line} that a credit note could take back: it is credited, or a deduction")]
    LineNothingLeft {
        /// Its place, from 1.
        line: usize,
    },
    /// All credit notes together take back no more than the invoice, and of no line more than the line.
    #[error(
        "a credit note takes back more than nothing and no more than what is left, which is {} {} in minor units",
        left.minor(), left.currency()
    )]
    TooLarge {
        /// What is left of the line or the invoice.
        left: Money,
    },
    /// The invoice has no such line, or it is named twice.
    #[error("name lines of the invoice by their places, from 1, each once")]
    NoSuchLine,
    /// As many credit notes of one invoice as there can be.
    #[error(
        "the invoice has {} credit notes already: take back all that is left before",
        super::part::MAX_CREDIT_NOTES
    )]
    TooMany,
    /// Amounts that cannot be combined.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The number cannot be made.
    #[error(transparent)]
    Number(#[from] CreditNoteNumberError),
}

impl Fault for CreditNoteError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Invoice(error) => error.kind(),
            Self::NothingLeft | Self::LineNothingLeft { .. } | Self::TooLarge { .. } | Self::TooMany => {
                FaultKind::Conflict
            }
            Self::NoSuchLine => FaultKind::Invalid,
            Self::Money(_) | Self::Number(_) => FaultKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invoice(error) => error.code(),
            Self::NothingLeft | Self::LineNothingLeft { .. } => "NOTHING_TO_CREDIT",
            Self::TooLarge { .. } => "CREDIT_TOO_LARGE",
            Self::NoSuchLine => "INVOICE_LINE_UNKNOWN",
            Self::TooMany => "TOO_MANY_CREDIT_NOTES",
            Self::Money(_) => "CREDIT_NOTE_AMOUNT",
            Self::Number(_) => "CREDIT_NOTE_NUMBER",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Invoice(error) => error.is_final(),
            Self::NothingLeft
            | Self::LineNothingLeft { .. }
            | Self::TooLarge { .. }
            | Self::NoSuchLine
            | Self::TooMany => true,
            Self::Money(_) | Self::Number(_) => false,
        }
    }
}
