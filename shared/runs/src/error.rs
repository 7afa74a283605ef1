//! Why something cannot be done with a run.

use kernel::{Fault, FaultKind};

/// What is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AiRunError {
    /// It is over.
    #[error("the run is over already")]
    Over,
    /// It is not over.
    #[error("the run is not over yet: what happened is said of its decision")]
    Running,
    /// Nothing was decided that could be right or wrong.
    #[error("the run was cancelled, or decides nothing: there is nothing to score")]
    NothingToScore,
    /// What happened is known, and it was the other thing.
    #[error("what happened was said before, and it was the other thing")]
    OutcomeKnown,
}

impl Fault for AiRunError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Over | Self::Running | Self::NothingToScore | Self::OutcomeKnown => FaultKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Over => "AI_RUN_OVER",
            Self::Running => "AI_RUN_RUNNING",
            Self::NothingToScore => "AI_RUN_NOTHING_TO_SCORE",
            Self::OutcomeKnown => "AI_RUN_OUTCOME_KNOWN",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Over | Self::NothingToScore | Self::OutcomeKnown => true,
            Self::Running => false,
        }
    }
}
