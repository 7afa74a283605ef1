//! What can go wrong at a port: a queue, the bus, a bucket, a secret, the mail service.

use kernel::{Fault, FaultKind};

/// A service behind a port did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// It does not answer.
    #[error("{service} does not answer: {cause}")]
    Unavailable {
        /// Which service.
        service: &'static str,
        /// What it, or the connection, said; never shown to callers.
        cause: String,
    },
    /// It asks us to come back later: we call it too often.
    #[error("{service} throttles: {cause}")]
    Throttled {
        /// Which service.
        service: &'static str,
        /// What it said; never shown to callers.
        cause: String,
    },
    /// It was asked and did not say what it did: it may have done it.
    #[error("{service} was asked and its answer is unknown: {cause}")]
    Unknown {
        /// Which service.
        service: &'static str,
        /// What it, or the connection, said; never shown to callers.
        cause: String,
    },
    /// It refused: a fault in the code, the permissions or the configuration.
    #[error("{service} refused: {cause}")]
    Refused {
        /// Which service.
        service: &'static str,
        /// What it said; never shown to callers.
        cause: String,
    },
}

impl PortError {
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over errors that they are done with")]
    pub(crate) fn unavailable(service: &'static str, cause: impl ToString) -> Self {
        Self::Unavailable { service, cause: cause.to_string() }
    }

    #[expect(clippy::needless_pass_by_value, reason = "callers hand over errors that they are done with")]
    pub(crate) fn unknown(service: &'static str, cause: impl ToString) -> Self {
        Self::Unknown { service, cause: cause.to_string() }
    }

    #[expect(clippy::needless_pass_by_value, reason = "callers hand over errors that they are done with")]
    pub(crate) fn refused(service: &'static str, cause: impl ToString) -> Self {
        Self::Refused { service, cause: cause.to_string() }
    }

    /// The function is not told what it needs for the service.
    pub(crate) fn unset(service: &'static str, variable: &str) -> Self {
        Self::refused(service, format!("{variable} is not set for this function"))
    }
}

impl Fault for PortError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Unavailable { .. } | Self::Throttled { .. } | Self::Unknown { .. } => FaultKind::Unavailable,
            Self::Refused { .. } => FaultKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } | Self::Throttled { .. } | Self::Unknown { .. } => "UNAVAILABLE",
            Self::Refused { .. } => "INTERNAL",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Unavailable { .. } | Self::Throttled { .. } | Self::Unknown { .. } | Self::Refused { .. } => false,
        }
    }
}
