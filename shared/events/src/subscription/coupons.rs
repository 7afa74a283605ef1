//! Events about the coupons of subscriptions.

use kernel::{Party, SubscriptionId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Stands, SubscriptionStanding};
use crate::{Audience, Payload};

/// A subscription took a coupon, which takes something off from its next invoice on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionCouponApplied {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Who is billed.
    pub customer_id: Party,
    /// For which plan.
    pub plan_key: String,
    /// Which coupon.
    pub coupon: String,
    /// How it stands since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<SubscriptionStanding>,
}

impl Payload for SubscriptionCouponApplied {
    const NAME: &'static str = "subscription.coupon_applied";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SubscriptionId;

    fn subject(&self) -> SubscriptionId {
        self.subscription_id
    }
}

/// A coupon takes nothing off a subscription any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionCouponRemoved {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Who is billed.
    pub customer_id: Party,
    /// For which plan.
    pub plan_key: String,
    /// Which coupon.
    pub coupon: String,
    /// How it stands since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<SubscriptionStanding>,
}

impl Payload for SubscriptionCouponRemoved {
    const NAME: &'static str = "subscription.coupon_removed";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SubscriptionId;

    fn subject(&self) -> SubscriptionId {
        self.subscription_id
    }
}

impl Stands for SubscriptionCouponApplied {
    fn standing(&self) -> Option<&SubscriptionStanding> {
        self.standing.as_ref()
    }
}

impl Stands for SubscriptionCouponRemoved {
    fn standing(&self) -> Option<&SubscriptionStanding> {
        self.standing.as_ref()
    }
}
