//! Why something cannot be done with a promotion.

use kernel::{Fault, FaultKind};

use crate::{MOST_AUTOMATIC, PromotionCode};

/// What is refused. All of it depends on what is there now: the same request may succeed later.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PromotionError {
    /// Another promotion has this code.
    #[error("another promotion has the code {0}: choose another")]
    CodeTaken(PromotionCode),
    /// There are enough that hold by themselves.
    #[error("there are at most {MOST_AUTOMATIC} promotions without a code: delete one that is over")]
    TooMany,
}

impl Fault for PromotionError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::CodeTaken(_) | Self::TooMany => FaultKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::CodeTaken(_) => "PROMOTION_CODE_TAKEN",
            Self::TooMany => "PROMOTION_LIMIT",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::CodeTaken(_) | Self::TooMany => false,
        }
    }
}
