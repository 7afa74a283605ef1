//! Woken by the payment work queue, which the agenda fills: how payments ended whose payers' time is over, should no
//! notification have told it.

mod expire_payment;
mod finish_refund;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function, event};
use table::{
    TableError,
    agenda::{Due, DueKind},
};

use cashier::CashierError;
use expire_payment::expire_payment;
use finish_refund::finish_refund;

/// Why the work was not done; its message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PaymentWorkError {
    /// The provider does not answer, or its word cannot be booked.
    #[error(transparent)]
    Cashier(#[from] CashierError),
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The message is for another worker.
    #[error("{0} is no work on payments")]
    Elsewhere(&'static str),
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::queue(ctx, |ctx, due: Due| async move {
        match due.kind {
            DueKind::OpenRefund => finish_refund(ctx, due).await,
            DueKind::PaymentExpiry => expire_payment(ctx, due).await,
            other @ (DueKind::BillingRun
            | DueKind::FirstPayment
            | DueKind::InvoiceDunning
            | DueKind::RecurringInvoice
            | DueKind::RevenueRecognition
            | DueKind::SubscriptionPeriod
            | DueKind::TrialEnd
            | DueKind::TrialReminder) => Err(PaymentWorkError::Elsewhere(other.as_str())),
        }
    })
}
