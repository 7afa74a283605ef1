//! Why something cannot be done with a file.

use kernel::{Fault, FaultKind};

/// What is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoredFileError {
    /// It is larger than files may be.
    #[error("a file may have 1 to {most} bytes here")]
    Size {
        /// How many bytes it may have.
        most: u64,
    },
    /// Everybody may see pictures only.
    #[error("only a picture (JPEG, PNG, WebP or GIF) can be public: use private or tenant")]
    NotPublic,
    /// The customer has enough files.
    #[error(
        "a customer may have {most} files, deleted ones too until they are gone for good, and of those {open} and 50 MiB on their way"
    )]
    TooMany {
        /// How many.
        most: i64,
        /// How many whose bytes are not looked at yet.
        open: i64,
    },
    /// Its bytes are not there, or nobody may fetch them.
    #[error("the file is not ready: read it to see where it stands")]
    NotReady,
    /// Only pictures have smaller ones, and not of a size that is larger than they are.
    #[error("the file has no such variant: read it to see which it has")]
    NoVariant,
    /// It was not deleted, or is gone for good.
    #[error("only a file that was deleted within the last 30 days can be restored")]
    NotDeleted,
}

impl Fault for StoredFileError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Size { .. } | Self::NotPublic => FaultKind::Invalid,
            Self::TooMany { .. } | Self::NotReady | Self::NotDeleted => FaultKind::Conflict,
            Self::NoVariant => FaultKind::NotFound,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Size { .. } => "FILE_SIZE",
            Self::NotPublic => "FILE_NOT_PUBLIC",
            Self::TooMany { .. } => "FILE_LIMIT",
            Self::NotReady => "FILE_NOT_READY",
            Self::NoVariant => "FILE_VARIANT_UNKNOWN",
            Self::NotDeleted => "FILE_NOT_DELETED",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Size { .. } | Self::NotPublic => true,
            Self::TooMany { .. } | Self::NotReady | Self::NoVariant | Self::NotDeleted => false,
        }
    }
}
