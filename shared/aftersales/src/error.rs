//! Why something does not become of an order.

use billing::CreditNoteError;
use kernel::{Fault, FaultKind};
use orders::{CourseError, OrderError};
use payments::PaymentError;
use settlement::SettlementError;
use stock::{StockError, StocksError};
use table::TableError;

/// What is refused, or failed.
#[derive(Debug, thiserror::Error)]
pub enum AfterSalesError {
    /// The order does not allow it.
    #[error(transparent)]
    Course(#[from] CourseError),
    /// It is too much at once.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// Its goods do not.
    #[error(transparent)]
    Stock(#[from] StockError),
    /// Its invoice does not.
    #[error(transparent)]
    CreditNote(#[from] CreditNoteError),
    /// Its payment does not.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// Its money does not move so.
    #[error(transparent)]
    Settlement(#[from] SettlementError),
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl From<StocksError> for AfterSalesError {
    fn from(error: StocksError) -> Self {
        match error {
            StocksError::Refused(refused) => Self::Stock(refused),
            StocksError::Table(error) => Self::Table(error),
        }
    }
}

impl Fault for AfterSalesError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Course(error) => error.kind(),
            Self::Order(error) => error.kind(),
            Self::Stock(error) => error.kind(),
            Self::CreditNote(error) => error.kind(),
            Self::Payment(error) => error.kind(),
            Self::Settlement(error) => error.kind(),
            Self::Table(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Course(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::Stock(error) => error.code(),
            Self::CreditNote(error) => error.code(),
            Self::Payment(error) => error.code(),
            Self::Settlement(error) => error.code(),
            Self::Table(error) => error.code(),
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Course(error) => error.is_final(),
            Self::Order(error) => error.is_final(),
            Self::Stock(error) => error.is_final(),
            Self::CreditNote(error) => error.is_final(),
            Self::Payment(error) => error.is_final(),
            Self::Settlement(error) => error.is_final(),
            Self::Table(error) => error.is_final(),
        }
    }
}
