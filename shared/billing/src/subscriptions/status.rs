//! Where a subscription stands.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// In its free days.
    Trialing,
    /// Waits for its first invoice to be paid; it ends by itself when that takes too long.
    Incomplete,
    /// Paid for, or not yet due.
    Active,
    /// An invoice is overdue; service goes on for now.
    PastDue,
    /// Stopped by its owner for a while.
    Paused,
    /// Stopped for want of payment.
    Suspended,
    /// Ended by its owner.
    Cancelled,
    /// Ended by itself.
    Expired,
}

impl SubscriptionStatus {
    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trialing => "trialing",
            Self::Incomplete => "incomplete",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Paused => "paused",
            Self::Suspended => "suspended",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// What can be done with a subscription that is so, in words.
    pub(crate) const fn offers(self) -> &'static str {
        match self {
            Self::Trialing => "it can be changed or cancelled",
            Self::Incomplete => "it is active once its first invoice is paid, and ends when that invoice is voided",
            Self::Active => "it can be changed, paused or cancelled",
            Self::PastDue => "it can be changed or cancelled, and is active again once its invoices are paid",
            Self::Paused => "it can be resumed or cancelled",
            Self::Suspended => "it can be cancelled, and goes on once its invoices are paid",
            Self::Cancelled | Self::Expired => "it is over: subscribe anew",
        }
    }

    /// Whether what was subscribed to may be used.
    pub const fn is_in_force(self) -> bool {
        match self {
            Self::Trialing | Self::Active | Self::PastDue => true,
            Self::Incomplete | Self::Paused | Self::Suspended | Self::Cancelled | Self::Expired => false,
        }
    }
}
