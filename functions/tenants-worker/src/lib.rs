//! Woken by the tenant work queue, which the agenda fills: what happens to tenants by themselves.

mod expire_trial;
mod remind_of_trial;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function, event};
use kernel::RequestId;
use table::{
    TableError,
    agenda::{Due, DueKind},
};

use expire_trial::expire_trial;
use remind_of_trial::remind_of_trial;

/// Why the work was not done; its message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TenantWorkError {
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Others were faster every time.
    #[error("the tenant kept changing")]
    Outrun,
    /// The message is for another worker.
    #[error("{0} is no work on tenants")]
    Elsewhere(&'static str),
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::queue(ctx, |ctx, due: Due| async move {
        match due.kind {
            DueKind::TrialReminder => remind_of_trial(ctx, due).await,
            DueKind::TrialEnd => expire_trial(ctx, due).await,
            other @ (DueKind::BillingRun
            | DueKind::HeldMessage
            | DueKind::MessageDigest
            | DueKind::FirstPayment
            | DueKind::InvoiceCollection
            | DueKind::InvoiceDunning
            | DueKind::MethodExpiry
            | DueKind::MethodRemoval
            | DueKind::PayerRemoval
            | DueKind::OpenRefund
            | DueKind::PaymentExpiry
            | DueKind::ProductPublication
            | DueKind::RecurringInvoice
            | DueKind::RevenueRecognition
            | DueKind::SubscriptionPeriod
            | DueKind::WebhookDelivery) => Err(TenantWorkError::Elsewhere(other.as_str())),
        }
    })
}

/// The agenda is nobody's request: each change has a new one.
pub(crate) fn cause(ctx: &Ctx) -> RequestId {
    RequestId::new(ctx.new_ulid())
}
