//! Woken by the payment work queue. The agenda brings payments of which no notification has come, and refunds whose end nobody
//! has stored, invoices to collect once more and saved methods that end or go; the bus brings invoices that were issued or ask
//! for nothing any more, and payments that ended.

mod call_off_payments;
mod expire_payment;
mod finish_refund;
mod saved;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function, event};
use table::{
    TableError,
    agenda::{Due, DueKind},
};

use call_off_payments::call_off_payments;
use cashier::CashierError;
use events::{
    Cause, Consumer, Event, Told,
    invoice::{InvoicePaid, InvoiceVoided},
};
use expire_payment::expire_payment;
use finish_refund::finish_refund;
use jiff::SignedDuration;
use kernel::RequestId;
use saved::{
    collect_invoice::{collect_issued, collect_overdue},
    follow_decline::follow_decline,
    keep_card::keep_card,
    remove_method::remove_method,
    remove_payer::remove_payer,
    warn_of_expiry::warn_of_expiry,
};

/// What waits for a tenant to give keys that work, or for a person, is looked at again after this long.
pub(crate) const LONG_PAUSE: SignedDuration = SignedDuration::from_hours(24);

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

/// What is done with which events.
pub fn consumer() -> Consumer<Ctx> {
    Consumer::default()
        .on(collect_issued)
        .on(follow_decline)
        .on(keep_card)
        .on(|ctx, Told { event, data }: Told<InvoicePaid>| async move {
            call_off_payments(ctx, &event, data.invoice_id, data.customer_id).await
        })
        .on(|ctx, Told { event, data }: Told<InvoiceVoided>| async move {
            call_off_payments(ctx, &event, data.invoice_id, data.customer_id).await
        })
}

/// What follows from an event goes back to the request that made it.
pub(crate) fn caused_by(event: &Event) -> Cause {
    Cause { request_id: event.request_id, given_request_id: event.given_request_id.clone() }
}

/// The agenda is nobody's request: what it does has a new one.
pub(crate) fn cause_of_agenda(ctx: &Ctx) -> Cause {
    Cause::from(RequestId::new(ctx.new_ulid()))
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::work(ctx, consumer(), do_due)
}

async fn do_due(ctx: Ctx, due: Due) -> Result<(), PaymentWorkError> {
    match due.kind {
        DueKind::InvoiceCollection => collect_overdue(ctx, due).await,
        DueKind::MethodExpiry => warn_of_expiry(ctx, due).await,
        DueKind::MethodRemoval => remove_method(ctx, due).await,
        DueKind::PayerRemoval => remove_payer(ctx, due).await,
        DueKind::OpenRefund => finish_refund(ctx, due).await,
        DueKind::PaymentExpiry => expire_payment(ctx, due).await,
        other @ (DueKind::BillingRun
        | DueKind::DomainCheck
        | DueKind::FileWork
        | DueKind::HeldMessage
        | DueKind::MessageDigest
        | DueKind::FirstPayment
        | DueKind::InvoiceDunning
        | DueKind::OrderExpiry
        | DueKind::ProductExport
        | DueKind::ProductImport
        | DueKind::ProductPublication
        | DueKind::Provisioning
        | DueKind::RecurringInvoice
        | DueKind::ReservationEnd
        | DueKind::RevenueRecognition
        | DueKind::SalesArchive
        | DueKind::SearchIndexing
        | DueKind::ShipmentWork
        | DueKind::SubscriptionPeriod
        | DueKind::TenantErasure
        | DueKind::TrialEnd
        | DueKind::TrialReminder
        | DueKind::WebhookDelivery) => Err(PaymentWorkError::Elsewhere(other.as_str())),
    }
}
