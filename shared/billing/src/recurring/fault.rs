//! Why a recurring invoice stays as it is.

use kernel::{Date, Fault, FaultKind};

use crate::InvoiceError;

/// Why a recurring invoice cannot be made, or be another.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecurringInvoiceError {
    /// It has made its last invoice, or its customer was erased.
    #[error("this recurring invoice is over; create another one")]
    Over,
    /// It would make none.
    #[error("the last day is before the next invoice, which is on {0}; delete the recurring invoice to end it now")]
    EndsBeforeNext(Date),
    /// What it makes cannot be an invoice.
    #[error(transparent)]
    Invoice(#[from] InvoiceError),
}

impl Fault for RecurringInvoiceError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Over => FaultKind::Conflict,
            Self::EndsBeforeNext(_) => FaultKind::Invalid,
            Self::Invoice(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Over => "RECURRING_INVOICE_OVER",
            Self::EndsBeforeNext(_) => "ENDS_BEFORE_NEXT",
            Self::Invoice(error) => error.code(),
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Over | Self::EndsBeforeNext(_) => true,
            Self::Invoice(error) => error.is_final(),
        }
    }
}
