//! What may not happen to the members of a tenant.

use kernel::{Fault, Kind};

/// Why a change of who is a member cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MembershipError {
    /// Nobody could administer the tenant any more.
    #[error("this is the last active administrator; make somebody else one first")]
    LastAdmin,
}

impl Fault for MembershipError {
    fn kind(&self) -> Kind {
        match self {
            Self::LastAdmin => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::LastAdmin => "LAST_ADMIN",
        }
    }
}
