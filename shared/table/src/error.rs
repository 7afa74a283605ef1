//! What can go wrong between us and the table.

use kernel::{Fault, FaultKind};

use crate::{Item, Slot};

/// The store did not do as asked, for no reason of the caller's.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TableError {
    /// Throttled, timed out or not reachable, after the bounded retries. The write may or may not have happened.
    #[error("the table does not answer: {0}")]
    Unavailable(String),
    /// A row does not have the shape that its record needs.
    #[error("a stored row cannot be read: {0}")]
    Corrupt(String),
    /// The store refused the request as malformed: a fault in the code.
    #[error("the table refused the request: {0}")]
    Refused(String),
}

impl Fault for TableError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Unavailable(_) => FaultKind::Unavailable,
            Self::Corrupt(_) | Self::Refused(_) => FaultKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "UNAVAILABLE",
            Self::Corrupt(_) | Self::Refused(_) => "INTERNAL",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Corrupt(_) | Self::Refused(_) => false,
        }
    }
}

/// Why a single write did not happen.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A condition did not hold.
    #[error("a condition of the write did not hold")]
    ConditionFailed {
        /// The row as it is, if there is one.
        current: Option<Item>,
    },
    /// The store failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// Why a transaction did not happen.
#[derive(Debug, thiserror::Error)]
pub enum TransactError {
    /// A condition of one or more of its writes did not hold.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The store failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// A transaction in which at least one condition did not hold; nothing was written.
#[derive(Debug, thiserror::Error)]
#[error("conditions of the transaction did not hold: {}", self.places())]
pub struct Cancelled {
    pub(crate) failures: Vec<(usize, Failed)>,
}

/// A write whose condition did not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    /// The row as it is, if there is one.
    pub current: Option<Item>,
}

impl Cancelled {
    /// Whether the write at this place is one that failed, and the row as it is.
    pub fn failed(&self, slot: Slot) -> Option<&Failed> {
        self.failures.iter().find(|(index, _)| *index == slot.0).map(|(_, failed)| failed)
    }

    fn places(&self) -> String {
        self.failures.iter().map(|(index, _)| index.to_string()).collect::<Vec<_>>().join(", ")
    }
}
