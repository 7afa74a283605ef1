//! Why something cannot be done with an order that was placed.

use kernel::{Fault, FaultKind, Money, MoneyError, Sku};

use crate::OrderStatus;

/// What is refused. All of it depends on what is there now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CourseError {
    /// From how it stands it does not get there.
    #[error("an order that is {} does not become {to}; allowed: [{}]", from.as_str(), allowed.join(", "))]
    WrongMove {
        /// How it stands.
        from: OrderStatus,
        /// What it was to become.
        to: &'static str,
        /// What it can become by hand.
        allowed: Vec<&'static str>,
    },
    /// Pieces of what was not bought.
    #[error("{sku} is not in this order")]
    NoLine {
        /// Of what.
        sku: Sku,
    },
    /// More pieces than there are.
    #[error("of {sku} {left} are left for this")]
    TooMany {
        /// Of what.
        sku: Sku,
        /// How many there are.
        left: u32,
    },
    /// No pieces.
    #[error("name at least one piece")]
    Nothing,
    /// All of it came back.
    #[error("nothing of this is left to be returned")]
    NothingRefundable,
    /// What was not sent does not come back.
    #[error("nothing of this was sent yet; what is not to be sent is cancelled")]
    NothingSent,
    /// It is not paid, or was called off.
    #[error("an order that is {} is not sent", status.as_str())]
    NotToBeSent {
        /// How it stands.
        status: OrderStatus,
    },
    /// A shipment was made for it before.
    #[error("a shipment was made for this order before; say `again` where one more is meant")]
    Shipped,
    /// The caller expects another amount than was paid for the pieces.
    #[error("these pieces were paid with {}, and not with {}, in the smallest units of the currency", refundable.minor(), expected.minor())]
    OtherRefund {
        /// What is expected.
        expected: Money,
        /// What was paid for them.
        refundable: Money,
    },
    /// It is beyond what can be counted.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Fault for CourseError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::WrongMove { .. }
            | Self::NothingRefundable
            | Self::NothingSent
            | Self::NotToBeSent { .. }
            | Self::Shipped => FaultKind::Conflict,
            Self::NoLine { .. } | Self::TooMany { .. } | Self::Nothing | Self::OtherRefund { .. } => FaultKind::Invalid,
            Self::Money(_) => FaultKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::WrongMove { .. } => "ORDER_WRONG_MOVE",
            Self::NothingRefundable | Self::NothingSent => "NOTHING_REFUNDABLE",
            Self::NotToBeSent { .. } => "ORDER_NOT_TO_BE_SENT",
            Self::Shipped => "ORDER_HAS_SHIPMENT",
            Self::NoLine { .. } | Self::TooMany { .. } | Self::Nothing => "ORDER_PIECES",
            Self::OtherRefund { .. } => "ORDER_REFUND_MISMATCH",
            Self::Money(_) => "INTERNAL",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::WrongMove { .. }
            | Self::NothingRefundable
            | Self::NothingSent
            | Self::NotToBeSent { .. }
            | Self::Shipped
            | Self::NoLine { .. }
            | Self::TooMany { .. }
            | Self::Nothing
            | Self::OtherRefund { .. }
            | Self::Money(_) => false,
        }
    }
}
