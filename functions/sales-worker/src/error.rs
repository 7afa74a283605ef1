//! Why an order was not counted.

use analytics::Overflow;
use cloud::PortError;
use kernel::MoneyError;
use table::TableError;

/// Why an order was not counted; its event comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SalesError {
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// What is stored of an order adds up to no amount.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// What an order adds up to is too large.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// The store of objects failed.
    #[error(transparent)]
    Objects(#[from] PortError),
    /// The message is for another worker.
    #[error("{0} is no work on sales")]
    Elsewhere(&'static str),
    /// Others were faster every time.
    #[error("others were faster every time")]
    Outrun,
}
