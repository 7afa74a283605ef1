//! What others are told of a subscription.

use events::{
    Meta,
    subscription::{
        Beginning, CancelReason, ExpiryReason, FormerStatus, SubscriptionActivated, SubscriptionCancelled,
        SubscriptionChangeScheduled, SubscriptionChangeWithdrawn, SubscriptionCreated, SubscriptionExpired,
        SubscriptionPastDue, SubscriptionPlanChanged, SubscriptionRestored, SubscriptionResumed, SubscriptionSuspended,
    },
};
use kernel::InvoiceId;
use table::{TableError, Transaction};

use crate::{Subscription, SubscriptionStatus};

/// What is told of a change of what is subscribed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToldChange {
    /// It has another plan, interval or quantity now.
    Changed(SubscriptionPlanChanged),
    /// Something waits for the boundary.
    Scheduled(SubscriptionChangeScheduled),
    /// Nothing waits any more.
    Withdrawn(SubscriptionChangeWithdrawn),
}

impl ToldChange {
    /// Adds its event to a transaction.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, meta: &Meta) -> Result<(), TableError> {
        match self {
            Self::Changed(told) => events::insert(transaction, meta, told).map(drop),
            Self::Scheduled(told) => events::insert(transaction, meta, told).map(drop),
            Self::Withdrawn(told) => events::insert(transaction, meta, told).map(drop),
        }
    }
}

impl Subscription {
    /// That it differs from `before` in what is subscribed to, or in what waits for the boundary.
    pub fn told_change(&self, before: &Self) -> ToldChange {
        let (subscription_id, customer_id) = (self.id, self.party);
        if self.segment != before.segment {
            return ToldChange::Changed(self.told_plan_changed(before));
        }
        if let Some(scheduled) = &self.scheduled {
            let plan_key = self.next_plan().map(|plan| plan.key.to_string());
            let on = scheduled.on;
            return ToldChange::Scheduled(SubscriptionChangeScheduled { subscription_id, customer_id, on, plan_key });
        }
        let plan_key = self.plan().key.to_string();
        ToldChange::Withdrawn(SubscriptionChangeWithdrawn { subscription_id, customer_id, plan_key })
    }

    /// That it was made.
    pub fn told_created(&self) -> SubscriptionCreated {
        let status = match self.status {
            SubscriptionStatus::Trialing => Beginning::Trialing,
            SubscriptionStatus::Incomplete => Beginning::Incomplete,
            SubscriptionStatus::Active
            | SubscriptionStatus::PastDue
            | SubscriptionStatus::Paused
            | SubscriptionStatus::Suspended
            | SubscriptionStatus::Cancelled
            | SubscriptionStatus::Expired => Beginning::Active,
        };
        SubscriptionCreated {
            subscription_id: self.id,
            customer_id: self.party,
            plan_key: self.plan().key.to_string(),
            status,
            standing: Some(self.standing()),
        }
    }

    /// That it goes on after it had stopped.
    pub fn told_resumed(&self) -> SubscriptionResumed {
        SubscriptionResumed {
            subscription_id: self.id,
            customer_id: self.party,
            plan_key: self.plan().key.to_string(),
            on: self.segment.from,
            standing: Some(self.standing()),
        }
    }

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
