//! Why nobody was told.

use cloud::PortError;
use events::DecodeError;
use table::TableError;

/// Why nothing was decided. The event comes again, and in the end lies in the dead-letter queue for a person.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotifierError {
    /// The store failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A queue failed.
    #[error(transparent)]
    Port(#[from] PortError),
    /// Another delivery of the event is at it, or what it is about changed meanwhile.
    #[error("another delivery of the event is at it right now")]
    InFlight,
    /// The event cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}
