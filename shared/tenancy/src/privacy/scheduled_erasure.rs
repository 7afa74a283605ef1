//! The mark of a tenant that is to be erased.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// That a tenant is to be erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduledErasure {
    /// Why: 1 to 200 characters on one line.
    pub reason: String,
    /// When that was said.
    pub requested_at: Timestamp,
    /// From when on.
    pub erase_at: Timestamp,
}
