//! Whether invoices are paid, and what becomes of subscriptions by that.

pub(crate) mod dun_invoice;
#[cfg(test)]
mod dun_invoice_tests;
pub(crate) mod expire_unpaid;
pub(crate) mod follow_invoice;

use billing::Subscription;
use events::subscription::{CancelReason, SubscriptionCancelled};

/// That a subscription ended for want of payment.
fn told_cancelled(ended: &Subscription) -> SubscriptionCancelled {
    SubscriptionCancelled {
        subscription_id: ended.id,
        customer_id: ended.party,
        plan_key: ended.plan().key.to_string(),
        reason: CancelReason::NotPaid,
        standing: Some(ended.standing()),
    }
}
