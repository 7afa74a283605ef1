//! What was tried, and what came of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AiError, AiProvider, AiTarget, CountedBy, NanoUsd, Refusal, TokenUsage};

/// A call of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiAttempt {
    /// Which target of the chain, from 0.
    pub target: usize,
    /// Who was asked.
    pub provider: AiProvider,
    /// Which model.
    pub model: String,
    /// What came of it.
    pub end: AttemptEnd,
    /// The status of the answer, or the one that stands for an error within it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttemptEnd {
    /// An answer, or its first words.
    Answered,
    /// None, because of this.
    Refused(Refusal),
}

impl AiAttempt {
    /// Whether somebody should look at the account: its key, its money or its model is not served.
    pub fn is_alert(&self) -> bool {
        match self.end {
            AttemptEnd::Answered => false,
            AttemptEnd::Refused(refusal) => refusal.is_alert(),
        }
    }
}

/// An answer, by whom, and what it cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AiOutcome<T> {
    /// The answer.
    pub answer: T,
    /// Who gave it: the one target of the chain that is billed.
    pub target: AiTarget,
    /// The calls, in their order; the last one is the answer's.
    pub attempts: Vec<AiAttempt>,
    /// What was used.
    pub usage: TokenUsage,
    /// Who counted.
    pub counted: CountedBy,
    /// What it cost.
    pub cost: NanoUsd,
}

/// No answer, and what was tried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct AiFailure {
    /// What the caller is told.
    pub error: AiError,
    /// The calls, in their order; none where nobody was asked.
    pub attempts: Vec<AiAttempt>,
}

impl From<AiError> for AiFailure {
    fn from(error: AiError) -> Self {
        Self { error, attempts: Vec::new() }
    }
}
