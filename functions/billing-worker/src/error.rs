//! Why billing work was not done.

use billing::{PricingError, RecurringInvoiceError, SubscriptionError};
use cloud::PortError;
use kernel::Fault;
use settlement::SettlementError;
use table::TableError;

/// Why a subscription could not be billed; the message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BillingError {
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The object store failed.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The period cannot be priced.
    #[error(transparent)]
    Pricing(#[from] PricingError),
    /// The calendar ends.
    #[error(transparent)]
    Subscription(#[from] SubscriptionError),
    /// The recurring invoice makes none that can be.
    #[error(transparent)]
    Recurring(#[from] RecurringInvoiceError),
    /// The invoice cannot be posted.
    #[error(transparent)]
    Settlement(#[from] SettlementError),
    /// Others were faster every time.
    #[error("others were faster every time")]
    Outrun,
}

impl BillingError {
    /// What is told of it in a run.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Table(_) | Self::Port(_) => "STORE_FAILED",
            Self::Pricing(error) => error.code(),
            Self::Subscription(error) => error.code(),
            Self::Recurring(error) => error.code(),
            Self::Settlement(error) => error.code(),
            Self::Outrun => "CONFLICT",
        }
    }
}
