//! What is done after a refusal.

use crate::{AiPolicy, Refusal, UpstreamError};

/// What is done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainStep {
    /// The same target is asked again after a pause.
    Again,
    /// The next target is asked.
    Next,
    /// The next target that reads more is asked.
    Larger,
    /// Nobody is: the caller is told.
    Stop,
}

/// What is done after the `failed`th failure in a row at a target, from 1. Whether there is time, or another target, is for whoever
/// asks.
pub fn step(error: &UpstreamError, failed: u32, policy: &AiPolicy) -> ChainStep {
    match error.refusal {
        Refusal::Busy | Refusal::Overloaded | Refusal::TimedOut | Refusal::Unreachable => {
            if failed <= policy.retries && !error.is_forbidden_again { ChainStep::Again } else { ChainStep::Next }
        }
        Refusal::Credentials
        | Refusal::Quota
        | Refusal::Missing
        | Refusal::Conflict
        | Refusal::Unreadable
        | Refusal::Unsupported
        | Refusal::Blocked => ChainStep::Next,
        Refusal::TooLong => ChainStep::Larger,
        Refusal::Rejected => ChainStep::Stop,
    }
}
