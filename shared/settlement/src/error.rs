//! Why money cannot move as asked.

use billing::InvoiceError;
use kernel::{Currency, Fault, FaultKind, MoneyError};
use ledger::LedgerError;
use payments::PaymentError;
use table::TableError;

/// A movement that cannot be.
#[derive(Debug, thiserror::Error)]
pub enum SettlementError {
    /// The invoice does not allow it.
    #[error(transparent)]
    Invoice(#[from] InvoiceError),
    /// The payment does not allow it.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// Nothing is on the balance that could pay.
    #[error("the customer has nothing on its balance in {currency}: ask for a payment instead")]
    BalanceEmpty {
        /// In which currency.
        currency: Currency,
    },
    /// The entry cannot be posted: a fault of ours.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The writes cannot be made.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl From<MoneyError> for SettlementError {
    fn from(error: MoneyError) -> Self {
        Self::Ledger(error.into())
    }
}

impl Fault for SettlementError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Invoice(error) => error.kind(),
            Self::Payment(error) => error.kind(),
            Self::BalanceEmpty { .. } => FaultKind::Conflict,
            Self::Ledger(error) => error.kind(),
            Self::Table(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invoice(error) => error.code(),
            Self::Payment(error) => error.code(),
            Self::BalanceEmpty { .. } => "BALANCE_EMPTY",
            Self::Ledger(error) => error.code(),
            Self::Table(error) => error.code(),
        }
    }

    fn is_final(&self) -> bool {
        match self {
            // There may be something on it another time.
            Self::BalanceEmpty { .. } => false,
            Self::Invoice(error) => error.is_final(),
            Self::Payment(error) => error.is_final(),
            Self::Ledger(error) => error.is_final(),
            Self::Table(error) => error.is_final(),
        }
    }
}
