//! Why staff may not act as a user.

use kernel::{Fault, FaultKind};

/// Why staff may not act as a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImpersonationError {
    /// One is oneself already.
    #[error("you are this user yourself")]
    Oneself,
    /// Nobody signs in as them.
    #[error("this account is suspended or erased, so that nobody can act as this user")]
    NotActive,
    /// The other's roles grant as much as the actor holds, or more.
    #[error("this user's roles grant as much as yours or more; act only as somebody who may do less")]
    Outranked,
}

impl Fault for ImpersonationError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Oneself | Self::Outranked => FaultKind::Forbidden,
            Self::NotActive => FaultKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Oneself | Self::Outranked => "FORBIDDEN",
            Self::NotActive => "USER_NOT_ACTIVE",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Oneself | Self::NotActive | Self::Outranked => false,
        }
    }
}
