//! How urgent a message to a person is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Each has a queue of its own, so that no backlog holds up what is more urgent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Somebody waits for it, or an account may be in danger: codes, links, security.
    Critical,
    /// Money.
    High,
    /// What should be known in time.
    Medium,
    /// What is good to know.
    Low,
}

impl Priority {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];
}
