//! Why no more of a resource can be had.

use kernel::{Fault, FaultKind, Resource, Timestamp};
use table::TableError;

/// Why no more of a resource can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// All members of the plan are there.
    #[error(
        "the plan allows {limit} members and {used} are there; remove or suspend one first, or change to a larger plan"
    )]
    Members {
        /// How many the plan allows.
        limit: u64,
        /// How many there are.
        used: u64,
    },
    /// All members of the plan are there or invited.
    #[error(
        "the plan allows {limit} members, {used} are there and {invited} more are invited; take an invitation back, remove or suspend a member, or change to a larger plan"
    )]
    Invited {
        /// How many the plan allows.
        limit: u64,
        /// How many there are.
        used: u64,
        /// How many may still come.
        invited: u64,
    },
    /// There is no room for it.
    #[error(
        "the plan allows {limit} bytes of files and {used} are stored; change to a larger plan, or withdraw uploads that are not ready yet: what is deleted frees its room after 30 days"
    )]
    Storage {
        /// How many bytes the plan allows.
        limit: u64,
        /// How many are stored.
        used: u64,
    },
    /// What a month includes is used up.
    #[error(
        "the plan includes {limit} {} a month and all are used; they start again at {resets_at}, or change to a larger plan",
        words(*resource)
    )]
    UsedUp {
        /// Of what.
        resource: Resource,
        /// How much the plan includes.
        limit: u64,
        /// When it starts again from zero.
        resets_at: Timestamp,
    },
}

impl Fault for LimitError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Members { .. } | Self::Invited { .. } | Self::Storage { .. } => FaultKind::Conflict,
            Self::UsedUp { .. } => FaultKind::RateLimited,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Members { .. } | Self::Invited { .. } => "MEMBER_LIMIT_REACHED",
            Self::Storage { .. } => "STORAGE_LIMIT_REACHED",
            Self::UsedUp { .. } => "QUOTA_EXCEEDED",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Members { .. } | Self::Invited { .. } | Self::Storage { .. } | Self::UsedUp { .. } => false,
        }
    }
}

/// Why a resource was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ResourceError {
    /// The plan blocks it.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// The store failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl Fault for ResourceError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Limit(error) => error.kind(),
            Self::Table(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Limit(error) => error.code(),
            Self::Table(error) => error.code(),
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Limit(error) => error.is_final(),
            Self::Table(error) => error.is_final(),
        }
    }
}

const fn words(resource: Resource) -> &'static str {
    match resource {
        Resource::Users => "members",
        Resource::StorageBytes => "bytes of files",
        Resource::ApiCalls => "calls of the API",
        Resource::AiInteractions => "AI interactions",
    }
}
