//! Whether a customer has something that an unpaid invoice can stop.

use events::invoice::ServiceStop;

use crate::{Subscription, SubscriptionStatus};

/// How the service of an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServiceState {
    /// There is none: the invoice is for no subscription, or for one that is over or did not begin.
    None,
    /// It has stopped, and the subscription may still end.
    Stopped,
    /// It is used.
    Runs,
}

impl ServiceState {
    /// That of an invoice's subscriptions: one that is used counts for all.
    pub fn of(subscriptions: &[Subscription]) -> Self {
        let each = subscriptions.iter().map(|subscription| match subscription.status {
            SubscriptionStatus::Active | SubscriptionStatus::PastDue => Self::Runs,
            SubscriptionStatus::Paused | SubscriptionStatus::Suspended => Self::Stopped,
            SubscriptionStatus::Trialing
            | SubscriptionStatus::Incomplete
            | SubscriptionStatus::Cancelled
            | SubscriptionStatus::Expired => Self::None,
        });
        each.max().unwrap_or(Self::None)
    }

    /// Whether a step of the ladder changes it.
    pub(crate) const fn is_hit_by(self, stop: ServiceStop) -> bool {
        match (self, stop) {
            (Self::Runs, ServiceStop::Suspend | ServiceStop::Cancel) | (Self::Stopped, ServiceStop::Cancel) => true,
            (Self::Stopped, ServiceStop::Suspend) | (Self::None, ServiceStop::Suspend | ServiceStop::Cancel) => false,
        }
    }
}
