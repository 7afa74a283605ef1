//! Why something cannot be done with a subscription.

use kernel::{Fault, FaultKind, TimeError};

use crate::{NoSuchPeriod, PlanError, SubscriptionStatus};

/// Why something cannot be done with a subscription.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubscriptionError {
    /// There is none of this id, or it is somebody else's.
    #[error("there is no such subscription")]
    NotFound,
    /// The plan has no such price.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// More than one of a plan whose fee is the same for any number: the others would be had for nothing.
    #[error("the fee of this plan is the same for any quantity: subscribe to one of it, or once for each")]
    OneOnly,
    /// So many of it that the fee could not be invoiced.
    #[error("the fee of so many is larger than can be invoiced; use a smaller quantity")]
    TooMany,
    /// Its status does not allow this.
    #[error("the subscription is {}; {}", .0.name(), .0.offers())]
    NotNow(SubscriptionStatus),
    /// The change changes nothing.
    #[error("the subscription has this plan, interval and quantity already; name what is to change")]
    Same,
    /// A period would end outside of the years that are kept.
    #[error("the subscription would reach beyond the years that are kept")]
    OutOfTime,
}

impl Fault for SubscriptionError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound => FaultKind::NotFound,
            Self::Plan(error) => error.kind(),
            Self::NotNow(_) => FaultKind::Conflict,
            Self::OneOnly | Self::TooMany | Self::Same | Self::OutOfTime => FaultKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::Plan(error) => error.code(),
            Self::OneOnly | Self::TooMany => "QUANTITY_NOT_OFFERED",
            Self::NotNow(_) => "SUBSCRIPTION_STATUS",
            Self::Same => "NOTHING_TO_CHANGE",
            Self::OutOfTime => "OUT_OF_TIME",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::OneOnly | Self::TooMany | Self::NotNow(_) | Self::Same | Self::OutOfTime => true,
            Self::NotFound => false,
            Self::Plan(error) => error.is_final(),
        }
    }
}

impl From<NoSuchPeriod> for SubscriptionError {
    fn from(_: NoSuchPeriod) -> Self {
        Self::OutOfTime
    }
}

impl From<TimeError> for SubscriptionError {
    fn from(_: TimeError) -> Self {
        Self::OutOfTime
    }
}
