//! What can go wrong at a port: a queue, the bus, a bucket, a secret, the mail service.

use kernel::{Fault, FaultKind};

/// A service behind a port did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// It does not answer, or asks us to come back later.
    #[error("{service} does not answer: {cause}")]
    Unavailable {
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
            Self::Unavailable { .. } => FaultKind::Unavailable,
            Self::Refused { .. } => FaultKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => "UNAVAILABLE",
            Self::Refused { .. } => "INTERNAL",
        }
    }
}
