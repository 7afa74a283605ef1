//! What others are told of a subscription.

use events::subscription::{
    CancelReason, ExpiryReason, FormerStatus, SubscriptionActivated, SubscriptionCancelled, SubscriptionExpired,
    SubscriptionPastDue, SubscriptionPlanChanged, SubscriptionRestored, SubscriptionSuspended,
};
use kernel::InvoiceId;

use crate::Subscription;

impl Subscription {
    /// That its first invoice is paid.
    pub fn told_activated(&self) -> SubscriptionActivated {
        SubscriptionActivated {
            subscription_id: self.id,
            customer_id: self.party,
            plan_key: self.plan().key.to_string(),
            standing: Some(self.standing()),
        }
    }

    /// That it is another one than `before`.
    pub fn told_plan_changed(&self, before: &Self) -> SubscriptionPlanChanged {
        SubscriptionPlanChanged {
            subscription_id: self.id,
            customer_id: self.party,
            plan_key: self.plan().key.to_string(),
            former_plan_key: before.plan().key.to_string(),
            standing: Some(self.standing()),
        }
    }

    /// That it was ended.
    pub fn told_cancelled(&self, reason: CancelReason) -> SubscriptionCancelled {
        SubscriptionCancelled {
            subscription_id: self.id,
            customer_id: self.party,
            plan_key: self.plan().key.to_string(),
            reason,
            invoice_id: None,
            standing: Some(self.standing()),
        }
    }

    /// That it was ended for an invoice that was not paid.
    pub fn told_cancelled_for(&self, invoice: InvoiceId) -> SubscriptionCancelled {
        SubscriptionCancelled { invoice_id: Some(invoice), ..self.told_cancelled(CancelReason::NotPaid) }
    }

    /// That it ended by itself.
    pub fn told_expired(&self, reason: ExpiryReason) -> SubscriptionExpired {
        SubscriptionExpired {
            subscription_id: self.id,
            customer_id: self.party,
            plan_key: self.plan().key.to_string(),
            reason,
            standing: Some(self.standing()),
        }
    }

    /// That an invoice of it is overdue.
    pub fn told_past_due(&self, invoice: InvoiceId) -> SubscriptionPastDue {
        SubscriptionPastDue {
            subscription_id: self.id,
            customer_id: self.party,
            plan_key: self.plan().key.to_string(),
            invoice_id: invoice,
            standing: Some(self.standing()),
        }
    }

    /// That it was stopped for an invoice.
    pub fn told_suspended(&self, invoice: InvoiceId) -> SubscriptionSuspended {
        SubscriptionSuspended {
            subscription_id: self.id,
            customer_id: self.party,
            plan_key: self.plan().key.to_string(),
            invoice_id: invoice,
            standing: Some(self.standing()),
        }
    }

    /// That it is active again since an invoice was paid or taken back.
    pub fn told_restored(&self, former_status: FormerStatus, invoice: InvoiceId) -> SubscriptionRestored {
        SubscriptionRestored {
            subscription_id: self.id,
            customer_id: self.party,
            plan_key: self.plan().key.to_string(),
            former_status,
            invoice_id: invoice,
            standing: Some(self.standing()),
        }
    }
}
