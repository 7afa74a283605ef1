//! Why something cannot be done with a coupon.

use kernel::{Currency, Fault, FaultKind, Timestamp};

use crate::{CouponKey, PlanKey};

/// Why a coupon takes nothing off.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CouponError {
    /// There is a coupon of this key already.
    #[error("there is a coupon {0} already; a coupon never changes, so use another key")]
    Exists(CouponKey),
    /// There is no coupon of this key.
    #[error("there is no coupon of this key")]
    NotFound,
    /// The last day to use it is over.
    #[error("the coupon could be used until {0}")]
    Over(Timestamp),
    /// It was used as often as it may be.
    #[error("the coupon was used as often as it may be")]
    UsedUp,
    /// The customer has used it before.
    #[error("the customer has used this coupon before; each can use it once")]
    UsedBefore,
    /// It is not for this plan.
    #[error("the coupon is not for plan {0}")]
    OtherPlan(PlanKey),
    /// It takes off an amount, and none in this currency.
    #[error("the coupon takes nothing off in {0}")]
    OtherCurrency(Currency),
    /// The subscription has as many as it can have.
    #[error("a subscription has at most {} coupons", crate::MAX_COUPONS)]
    TooMany,
    /// The subscription has none of this key.
    #[error("the subscription has no such coupon")]
    NotApplied,
}

impl Fault for CouponError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound | Self::NotApplied => FaultKind::NotFound,
            Self::OtherPlan(_) | Self::OtherCurrency(_) => FaultKind::Invalid,
            Self::Exists(_) | Self::Over(_) | Self::UsedUp | Self::UsedBefore | Self::TooMany => FaultKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound | Self::NotApplied => "NOT_FOUND",
            Self::Exists(_) => "COUPON_EXISTS",
            Self::Over(_) => "COUPON_EXPIRED",
            Self::UsedUp => "COUPON_USED_UP",
            Self::UsedBefore => "COUPON_USED_BEFORE",
            Self::OtherPlan(_) | Self::OtherCurrency(_) => "COUPON_NOT_APPLICABLE",
            Self::TooMany => "TOO_MANY_COUPONS",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Exists(_)
            | Self::Over(_)
            | Self::UsedUp
            | Self::UsedBefore
            | Self::OtherPlan(_)
            | Self::OtherCurrency(_)
            | Self::TooMany => true,
            Self::NotFound | Self::NotApplied => false,
        }
    }
}
