//! Why word of a provider could not be followed.

use cloud::PortError;
use kernel::{Fault, FaultKind};
use payments::{MethodError, PaymentError, ProviderError};
use settlement::SettlementError;
use table::TableError;

/// What stood in the way.
#[derive(Debug, thiserror::Error)]
pub enum CashierError {
    /// The payment does not allow it, or its provider is not configured.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// The card cannot be saved.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// The provider refuses or cannot say.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The money cannot be booked.
    #[error(transparent)]
    Settlement(#[from] SettlementError),
    /// The secret store does not answer.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The store failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl Fault for CashierError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Payment(error) => error.kind(),
            Self::Method(error) => error.kind(),
            Self::Provider(error) => error.kind(),
            Self::Settlement(error) => error.kind(),
            Self::Port(error) => error.kind(),
            Self::Table(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Payment(error) => error.code(),
            Self::Method(error) => error.code(),
            Self::Provider(error) => error.code(),
            Self::Settlement(error) => error.code(),
            Self::Port(error) => error.code(),
            Self::Table(error) => error.code(),
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Payment(error) => error.is_final(),
            Self::Method(error) => error.is_final(),
            Self::Provider(error) => error.is_final(),
            Self::Settlement(error) => error.is_final(),
            Self::Port(error) => error.is_final(),
            Self::Table(error) => error.is_final(),
        }
    }
}
