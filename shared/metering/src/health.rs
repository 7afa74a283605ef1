//! How a group is, told from how its last calls were answered. Pure.

use kernel::Timestamp;

use crate::Recent;

/// A group fails when this share of its calls did.
const FAILING_PERCENT: u64 = 5;

/// How a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupStatus {
    /// It was called, and answered.
    Ok,
    /// Nobody called it lately, which costs nothing and says nothing.
    Idle,
    /// One call in twenty, or more, was answered with a server error.
    Failing,
}

/// How a group is, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupHealth {
    /// How it is.
    pub status: GroupStatus,
    /// The minute of the last call; `None` when there was none for a week.
    pub last_call_at: Option<Timestamp>,
    /// The share of calls that were answered with a server error, in percent, rounded up so that none is hidden. No
    /// numbers of calls: anybody may read this, and they would tell how busy tenants are.
    pub server_error_percent: u64,
}

impl GroupHealth {
    /// The health that recent calls show.
    pub fn of(recent: &Recent) -> Self {
        let server_error_percent = recent.failures.saturating_mul(100).div_ceil(recent.calls.max(1));
        let status = match recent.calls {
            0 => GroupStatus::Idle,
            _ if server_error_percent >= FAILING_PERCENT => GroupStatus::Failing,
            _ => GroupStatus::Ok,
        };
        Self { status, last_call_at: recent.last_call_at, server_error_percent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_fails_from_one_call_in_twenty() {
        for (calls, failures, status, percent) in [
            (0, 0, GroupStatus::Idle, 0),
            (100, 0, GroupStatus::Ok, 0),
            (1_000, 1, GroupStatus::Ok, 1),
            (100, 4, GroupStatus::Ok, 4),
            (100, 5, GroupStatus::Failing, 5),
            (1, 1, GroupStatus::Failing, 100),
        ] {
            let health = GroupHealth::of(&Recent { last_call_at: None, calls, failures });
            assert_eq!((health.status, health.server_error_percent), (status, percent), "{failures} of {calls}");
        }
    }
}
