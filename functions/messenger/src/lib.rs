//! Woken by the queues of messages, one per priority: delivers one channel of a notification, once. Woken by the queue of
//! mail reports: notes what SES tells of mails that left.
//!
//! What is to be told was decided by the notifier and stands in the notification's row; here it is read who is told, where
//! and in which language, links and codes are made, and each channel ([`carriers`]) says what came of it. A message
//! is tried three times ([`messaging::ATTEMPTS`]), at the time that the channel asks for or after a pause that grows, and
//! then waits in its queue's dead-letter queue. That a channel takes no more messages for now is no attempt: for six hours
//! the message is sent anew each time, to be given out when the channel takes more. Round trips to send one: notification and
//! tenant, the claim beside what was told of it, one for the tenant's own text (beside the invoice, where it is about one), one to
//! four reads of whom it is for, one whether the address may be written to, for mail one of the sender's settings and one object
//! for each document, one to note what came
//! of it.

mod carriers;
mod deliver;
mod digest;
mod dispatch;
mod error;
mod held;
mod kept_back;
mod letters;
mod office;
mod reports;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;

use std::sync::Arc;

use cloud::{Ctx, EventError, Function, event};
use error::MessengerError;
use messaging::{Dispatch, push::TokenCache, ses::MailReport};
use serde::Deserialize;
use table::agenda::{Due, DueKind};

/// What wakes it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Woken {
    /// What was kept back until now.
    Due(Due),
    /// A channel of a notification is to be delivered.
    Message(Dispatch),
    /// SES tells of a mail, in EventBridge's envelope.
    Report { detail: MailReport },
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let tokens = Arc::<TokenCache>::default();
    event::counted(ctx, move |ctx, woken, receives| wake(ctx, woken, (receives, Arc::clone(&tokens))))
}

async fn wake(ctx: Ctx, woken: Woken, (receives, tokens): (u32, Arc<TokenCache>)) -> Result<(), EventError> {
    match woken {
        Woken::Due(due) => take_up(ctx, due).await,
        Woken::Message(dispatch) => deliver::deliver(ctx, dispatch, receives, &tokens).await,
        Woken::Report { detail } => reports::hear_of_mail::hear(ctx, detail).await,
    }
}

/// What was kept back goes the way of all messages: into the queue of its priority.
async fn take_up(ctx: Ctx, due: Due) -> Result<(), EventError> {
    match due.kind {
        DueKind::HeldMessage => held::send_on(ctx, due).await,
        DueKind::MessageDigest => digest::tell(ctx, due).await,
        other @ (DueKind::BillingRun
        | DueKind::DomainCheck
        | DueKind::FileWork
        | DueKind::FirstPayment
        | DueKind::InvoiceCollection
        | DueKind::InvoiceDunning
        | DueKind::MethodExpiry
        | DueKind::MethodRemoval
        | DueKind::OpenRefund
        | DueKind::PayerRemoval
        | DueKind::PaymentExpiry
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
        | DueKind::WebhookDelivery) => Err(MessengerError::Unknown(other.as_str().to_owned()).into()),
    }
}
