//! Woken by the billing work queue: bills one subscription per message, at once when it was created or changed and at every
//! boundary of its periods, earns what invoices charged in advance, follows the dunning ladder, and erases the customers of users who were erased.

mod bill_at_once;
mod bill_subscription;
mod collection;
mod end_subscriptions;
mod error;
mod memory;
mod recognise_revenue;
mod seller;

use std::sync::Arc;

use bill_at_once::bill_at_once;
use bill_subscription::{bill_due, bill_subscription};
use billing::BillingWork;
use cloud::{
    Ctx, EventError, Function,
    event::{self, BusEnvelope},
};
use collection::{
    dun_invoice::dun_invoice,
    expire_unpaid::expire_unpaid,
    follow_invoice::{on_paid, on_voided},
};
use end_subscriptions::forget_customers;
use events::{
    Consumer, Told,
    invoice::{InvoicePaid, InvoiceVoided},
    subscription::{SubscriptionCreated, SubscriptionPlanChanged, SubscriptionRestored, SubscriptionResumed},
};
use memory::Memory;
use recognise_revenue::recognise_revenue;
use serde::Deserialize;
use table::agenda::{Due, DueKind};

/// What the queue brings.
#[derive(Deserialize)]
#[serde(untagged)]
enum Work {
    /// From the agenda.
    Due(Due),
    /// From a billing run.
    Bill(BillingWork),
    /// From the bus.
    Told(BusEnvelope),
}

/// What is done with which events.
pub fn consumer() -> Consumer<Ctx> {
    handlers(Arc::default())
}

fn handlers(memory: Arc<Memory>) -> Consumer<Ctx> {
    let (changed, resumed, restored) = (Arc::clone(&memory), Arc::clone(&memory), Arc::clone(&memory));
    let (paid, voided) = (Arc::clone(&memory), Arc::clone(&memory));
    Consumer::default()
        .on(forget_customers)
        .on(move |ctx: Ctx, told: Told<SubscriptionCreated>| {
            let work = bill_at_once(&ctx, &told);
            bill_subscription(ctx, Arc::clone(&memory), work)
        })
        .on(move |ctx: Ctx, told: Told<SubscriptionPlanChanged>| {
            let work = bill_at_once(&ctx, &told);
            bill_subscription(ctx, Arc::clone(&changed), work)
        })
        .on(move |ctx: Ctx, told: Told<SubscriptionResumed>| {
            let work = bill_at_once(&ctx, &told);
            bill_subscription(ctx, Arc::clone(&resumed), work)
        })
        .on(move |ctx: Ctx, told: Told<SubscriptionRestored>| {
            let work = bill_at_once(&ctx, &told);
            bill_subscription(ctx, Arc::clone(&restored), work)
        })
        .on(move |ctx: Ctx, told: Told<InvoicePaid>| on_paid(ctx, Arc::clone(&paid), told))
        .on(move |ctx: Ctx, told: Told<InvoiceVoided>| on_voided(ctx, Arc::clone(&voided), told))
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let memory = Arc::<Memory>::default();
    let consumer = handlers(Arc::clone(&memory));
    event::queue(ctx, move |ctx, work| {
        let memory = Arc::clone(&memory);
        let consumer = consumer.clone();
        async move {
            match work {
                Work::Due(due) if due.kind == DueKind::RevenueRecognition => {
                    recognise_revenue(ctx, due).await.map_err(EventError::from)
                }
                Work::Due(due) if due.kind == DueKind::InvoiceDunning => {
                    dun_invoice(ctx, memory, due).await.map_err(EventError::from)
                }
                Work::Due(due) if due.kind == DueKind::FirstPayment => {
                    expire_unpaid(ctx, due).await.map_err(EventError::from)
                }
                Work::Due(due) => bill_due(ctx, memory, due).await.map_err(EventError::from),
                Work::Bill(work) => bill_subscription(ctx, memory, work).await.map_err(EventError::from),
                Work::Told(BusEnvelope { detail }) => consumer.take(ctx, detail).await,
            }
        }
    })
}
