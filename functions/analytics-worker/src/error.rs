//! Why a change was not counted.

use billing::StandingError;
use table::TableError;

/// Why a change was not counted; its event comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnalyticsError {
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The event says what was never sold.
    #[error(transparent)]
    Standing(#[from] StandingError),
    /// Others were faster every time.
    #[error("others were faster every time")]
    Outrun,
}
