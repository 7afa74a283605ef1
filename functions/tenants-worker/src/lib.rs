//! Woken by the tenant work queue, which the agenda, the bus and a nightly schedule fill: what happens to tenants by
//! themselves.

mod check_domain;
mod expire_trial;
mod follow_own_bill;
mod provisioning;
mod remind_of_trial;
mod usage;
#[cfg(test)]
mod world;

use cloud::{
    Ctx, EventError, Function, PortError,
    event::{self, BusEnvelope},
};
use events::Consumer;
use kernel::RequestId;
use serde::Deserialize;
use table::{
    TableError,
    agenda::{Due, DueKind},
};

use check_domain::check_domain;
use expire_trial::expire_trial;
use provisioning::provision_tenant::provision_tenant;
use remind_of_trial::remind_of_trial;
use usage::{
    recount_tenant::{Recount, recount_tenant},
    start_recounts::{Recounts, start_recounts},
};

/// What the queue brings.
#[derive(Deserialize)]
#[serde(untagged)]
enum Message {
    /// From the agenda.
    Due(Due),
    /// One tenant's night.
    Recount(Recount),
    /// From the nightly schedule.
    Recounts(Recounts),
    /// From the bus.
    Told(BusEnvelope),
}

/// Why the work was not done; its message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TenantWorkError {
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Others were faster every time.
    #[error("the tenant kept changing")]
    Outrun,
    /// The queue failed.
    #[error(transparent)]
    Queue(#[from] PortError),
    /// The resolver does not answer.
    #[error(transparent)]
    Dns(#[from] tenancy::DnsError),
    /// The message is for another worker.
    #[error("{0} is no work on tenants")]
    Elsewhere(&'static str),
}

/// What is done with which events.
pub fn consumer() -> Consumer<Ctx> {
    Consumer::default().on(follow_own_bill::stopped).on(follow_own_bill::ended).on(follow_own_bill::restored)
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let consumer = consumer();
    event::queue(ctx, move |ctx, message| {
        let consumer = consumer.clone();
        async move {
            match message {
                Message::Due(due) => happen(ctx, due).await.map_err(EventError::from),
                Message::Recount(asked) => recount_tenant(ctx, asked).await.map_err(EventError::from),
                Message::Recounts(asked) => start_recounts(ctx, asked).await.map_err(EventError::from),
                Message::Told(BusEnvelope { detail }) => consumer.take(ctx, detail).await,
            }
        }
    })
}

async fn happen(ctx: Ctx, due: Due) -> Result<(), TenantWorkError> {
    match due.kind {
        DueKind::DomainCheck => check_domain(ctx, due).await,
        DueKind::Provisioning => provision_tenant(ctx, due).await,
        DueKind::TrialReminder => remind_of_trial(ctx, due).await,
        DueKind::TrialEnd => expire_trial(ctx, due).await,
        other @ (DueKind::BillingRun
        | DueKind::FileWork
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
        | DueKind::OrderExpiry
        | DueKind::ProductExport
        | DueKind::ProductImport
        | DueKind::ProductPublication
        | DueKind::RecurringInvoice
        | DueKind::ReservationEnd
        | DueKind::RevenueRecognition
        | DueKind::SalesArchive
        | DueKind::SearchIndexing
        | DueKind::ShipmentWork
        | DueKind::SubscriptionPeriod
        | DueKind::TenantErasure
        | DueKind::WebhookDelivery) => Err(TenantWorkError::Elsewhere(other.as_str())),
    }
}

/// The agenda is nobody's request: each change has a new one.
pub(crate) fn cause(ctx: &Ctx) -> RequestId {
    RequestId::new(ctx.new_ulid())
}
