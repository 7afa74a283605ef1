//! Why something cannot be done with a review.

use kernel::{Fault, FaultKind};

use crate::ProductReviewStatus;

/// What is refused. All of it depends on what is there now: the same request may succeed later.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProductReviewError {
    /// From how it stands it does not get there.
    #[error("a review that is {} does not become {}; allowed: [{}]", from.as_str(), to.as_str(), names(from.allowed()))]
    WrongMove {
        /// How it stands.
        from: ProductReviewStatus,
        /// What it was to become.
        to: ProductReviewStatus,
    },
    /// The customer has reviewed this.
    #[error("the customer has reviewed this already: change that review")]
    Exists,
    /// The customer's review of this was deleted, and is not written again.
    #[error("the customer's review of this was deleted, and the same is not reviewed again")]
    Closed,
    /// Only who bought it may review it.
    #[error("only those who bought it may review it here: name the order")]
    PurchaseNeeded,
    /// The order is of something else.
    #[error("this is not in that order")]
    NotBought,
    /// The order is not so far, or came to nothing.
    #[error("that order is not {0}: it can be reviewed when it is")]
    TooEarly(&'static str),
    /// The order came to nothing.
    #[error("that order was cancelled or has expired: nothing was bought with it")]
    OrderOver,
    /// It is too old to be changed.
    #[error("a review can be changed for {days} days")]
    EditOver {
        /// For how many days it could be.
        days: u16,
    },
    /// One's own review.
    #[error("nobody votes on or reports their own review")]
    Own,
}

/// The names of states, as an error says them.
pub(crate) fn names(statuses: &[ProductReviewStatus]) -> String {
    let names: Vec<&str> = statuses.iter().map(|status| status.as_str()).collect();
    names.join(", ")
}

impl Fault for ProductReviewError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::WrongMove { .. }
            | Self::Exists
            | Self::Closed
            | Self::TooEarly(_)
            | Self::OrderOver
            | Self::EditOver { .. } => FaultKind::Conflict,
            Self::PurchaseNeeded | Self::Own => FaultKind::Forbidden,
            Self::NotBought => FaultKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::WrongMove { .. } => "REVIEW_WRONG_MOVE",
            Self::Exists => "REVIEW_EXISTS",
            Self::Closed => "REVIEW_CLOSED",
            Self::PurchaseNeeded => "REVIEW_PURCHASE_NEEDED",
            Self::NotBought => "REVIEW_NOT_BOUGHT",
            Self::TooEarly(_) => "REVIEW_TOO_EARLY",
            Self::OrderOver => "REVIEW_ORDER_OVER",
            Self::EditOver { .. } => "REVIEW_EDIT_OVER",
            Self::Own => "REVIEW_OWN",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::WrongMove { .. }
            | Self::Exists
            | Self::Closed
            | Self::PurchaseNeeded
            | Self::NotBought
            | Self::TooEarly(_)
            | Self::OrderOver
            | Self::EditOver { .. }
            | Self::Own => false,
        }
    }
}
