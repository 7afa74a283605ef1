//! Woken by the catalog work queue, which the agenda fills: what happens to products by themselves.

mod announce_product;

use cloud::{Ctx, Function, event};
use table::{
    TableError,
    agenda::{Due, DueKind},
};

use announce_product::announce_product;

/// Why the work was not done; its message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogWorkError {
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Others were faster every time.
    #[error("the product kept changing")]
    Outrun,
    /// The message is for another worker.
    #[error("{0} is no work on products")]
    Elsewhere(&'static str),
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::queue(ctx, |ctx, due: Due| async move {
        match due.kind {
            DueKind::ProductPublication => announce_product(ctx, due).await,
            other @ (DueKind::BillingRun
            | DueKind::FirstPayment
            | DueKind::HeldMessage
            | DueKind::InvoiceCollection
            | DueKind::InvoiceDunning
            | DueKind::MessageDigest
            | DueKind::MethodExpiry
            | DueKind::MethodRemoval
            | DueKind::OpenRefund
            | DueKind::PayerRemoval
            | DueKind::PaymentExpiry
            | DueKind::RecurringInvoice
            | DueKind::RevenueRecognition
            | DueKind::SubscriptionPeriod
            | DueKind::TrialEnd
            | DueKind::TrialReminder
            | DueKind::WebhookDelivery) => Err(CatalogWorkError::Elsewhere(other.as_str())),
        }
    })
}
