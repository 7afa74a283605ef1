//! How a subscription stands, for its events.

use events::subscription::{StandingDiscount, StandingState, SubscriptionStanding};

use crate::{AppliedCoupon, Discount, Subscription, SubscriptionStatus};

impl SubscriptionStatus {
    /// Whether a subscription that is so is used and paid for.
    const fn state(self) -> StandingState {
        match self {
            Self::Trialing => StandingState::Trialing,
            Self::Active | Self::PastDue => StandingState::Active,
            Self::Paused | Self::Suspended => StandingState::Paused,
            Self::Incomplete | Self::Cancelled | Self::Expired => StandingState::Over,
        }
    }
}

impl Subscription {
    /// How it stands, with the coupons that take something off its plan for ever.
    pub fn standing(&self) -> SubscriptionStanding {
        let segment = &self.segment;
        SubscriptionStanding {
            state: self.status.state(),
            plan_key: segment.plan.key.to_string(),
            plan_version: segment.plan.version,
            months: segment.interval.months(),
            quantity: segment.quantity,
            currency: self.currency,
            discounts: self.coupons.iter().filter_map(|coupon| self.discount_for_ever(coupon)).collect(),
        }
    }

    fn discount_for_ever(&self, coupon: &AppliedCoupon) -> Option<StandingDiscount> {
        if coupon.left.is_some() || !coupon.is_for(&self.segment.plan.key) {
            return None;
        }
        match &coupon.discount {
            Discount::Percent { basis_points } => Some(StandingDiscount::Percent { basis_points: *basis_points }),
            Discount::Amount { amounts } => {
                let amount = amounts.iter().find(|amount| amount.currency() == self.currency)?;
                Some(StandingDiscount::Amount { amount: *amount })
            }
        }
    }
}
