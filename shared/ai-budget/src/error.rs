//! Why a call of a model is refused before anybody is asked.

use kernel::{Fault, FaultKind};
use table::TableError;

use crate::usd;

/// Why a call is refused, or cannot be decided.
#[derive(Debug, thiserror::Error)]
pub enum AiBudgetError {
    /// The month's money is spent or held by calls that are under way.
    #[error(
        "the budget of {} USD of this month does not leave {} USD, the most that this call can cost: lower max_tokens, wait for \
         calls that are under way, or ask an administrator",
        usd(*limit), usd(*asked)
    )]
    Exceeded {
        /// What the month has.
        limit: i64,
        /// What the call could cost.
        asked: i64,
    },
    /// No model of this name is set up.
    #[error("no model of this name is set up; GET /api/v1/ai/models lists those that are")]
    UnknownModel,
    /// The caller's plan does not have the model.
    #[error("your plan does not have this model; GET /api/v1/ai/models lists those that it has")]
    ModelNotInPlan,
    /// The table.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl Fault for AiBudgetError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Exceeded { .. } => FaultKind::RateLimited,
            Self::UnknownModel => FaultKind::Malformed,
            Self::ModelNotInPlan => FaultKind::Forbidden,
            Self::Table(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Exceeded { .. } => "AI_BUDGET_EXCEEDED",
            Self::UnknownModel => "AI_MODEL_UNKNOWN",
            Self::ModelNotInPlan => "AI_MODEL_NOT_IN_PLAN",
            Self::Table(error) => error.code(),
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Exceeded { .. } | Self::UnknownModel | Self::ModelNotInPlan | Self::Table(_) => false,
        }
    }
}
