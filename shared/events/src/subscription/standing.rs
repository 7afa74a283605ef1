//! How a subscription stands after a change, as the events of its life tell it.

use kernel::{Currency, Money, SubscriptionId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    SubscriptionActivated, SubscriptionCancelled, SubscriptionCreated, SubscriptionExpired, SubscriptionPastDue,
    SubscriptionPaused, SubscriptionPlanChanged, SubscriptionRestored, SubscriptionResumed, SubscriptionSuspended,
    SubscriptionTrialEnded,
};
use crate::Payload;

/// How a subscription stands after a change: what its recurring fee is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionStanding {
    /// Whether it is used and paid for.
    pub state: StandingState,
    /// The plan.
    pub plan_key: String,
    /// The plan's version.
    pub plan_version: u32,
    /// How many months a fee is for.
    pub months: u8,
    /// How many of the plan.
    pub quantity: u64,
    /// In which currency.
    pub currency: Currency,
    /// What coupons take off every fee for ever, in the order in which they do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<StandingDiscount>,
}

/// Whether a subscription is used and paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StandingState {
    /// In its free days.
    Trialing,
    /// Active or past due.
    Active,
    /// Paused or suspended.
    Paused,
    /// Cancelled or expired; or not begun, before its first invoice is paid.
    Over,
}

/// What a coupon takes off every fee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StandingDiscount {
    /// A part of what is left after the ones before it.
    #[serde(rename_all = "camelCase")]
    Percent {
        /// In hundredths of a percent.
        basis_points: u16,
    },
    /// An amount of each fee, and never more than what is left of it.
    Amount {
        /// How much.
        amount: Money,
    },
}

/// An event of a change that may move what is counted of a subscription.
pub trait Stands: Payload<Subject = SubscriptionId> {
    /// How the subscription stands since; `None` in an event of an older release.
    fn standing(&self) -> Option<&SubscriptionStanding>;
}

impl Stands for SubscriptionCreated {
    fn standing(&self) -> Option<&SubscriptionStanding> {
        self.standing.as_ref()
    }
}

impl Stands for SubscriptionTrialEnded {
    fn standing(&self) -> Option<&SubscriptionStanding> {
        self.standing.as_ref()
    }
}

impl Stands for SubscriptionExpired {
    fn standing(&self) -> Option<&SubscriptionStanding> {
        self.standing.as_ref()
    }
}

impl Stands for SubscriptionCancelled {
    fn standing(&self) -> Option<&SubscriptionStanding> {
        self.standing.as_ref()
    }
}

impl Stands for SubscriptionPlanChanged {
    fn standing(&self) -> Option<&SubscriptionStanding> {
        self.standing.as_ref()
    }
}

impl Stands for SubscriptionPaused {
    fn standing(&self) -> Option<&SubscriptionStanding> {
        self.standing.as_ref()
    }
}

impl Stands for SubscriptionResumed {
    fn standing(&self) -> Option<&SubscriptionStanding> {
        self.standing.as_ref()
    }
}

impl Stands for SubscriptionActivated {
    fn standing(&self) -> Option<&SubscriptionStanding> {
        self.standing.as_ref()
    }
}

impl Stands for SubscriptionPastDue {
    fn standing(&self) -> Option<&SubscriptionStanding> {
        self.standing.as_ref()
    }
}

impl Stands for SubscriptionRestored {
    fn standing(&self) -> Option<&SubscriptionStanding> {
        self.standing.as_ref()
    }
}

impl Stands for SubscriptionSuspended {
    fn standing(&self) -> Option<&SubscriptionStanding> {
        self.standing.as_ref()
    }
}
