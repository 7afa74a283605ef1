//! Woken by the billing work queue: bills one subscription per message, at once when it was created and at every boundary of
//! its periods, earns what invoices charged in advance, and erases the customers of users who were erased.

mod begin_subscription;
mod bill_subscription;
mod end_subscriptions;
mod error;
mod memory;
mod parties;
mod recognise_revenue;

use std::sync::Arc;

use begin_subscription::begin_subscription;
use bill_subscription::{bill_due, bill_subscription};
use billing::BillingWork;
use cloud::{
    Ctx, EventError, Function,
    event::{self, BusEnvelope},
};
use end_subscriptions::forget_customers;
use events::{Consumer, Told, subscription::SubscriptionCreated};
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
    Consumer::default().on(forget_customers).on(move |ctx: Ctx, told: Told<SubscriptionCreated>| {
        let work = begin_subscription(&ctx, &told);
        bill_subscription(ctx, Arc::clone(&memory), work)
    })
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
                Work::Due(due) => bill_due(ctx, memory, due).await.map_err(EventError::from),
                Work::Bill(work) => bill_subscription(ctx, memory, work).await.map_err(EventError::from),
                Work::Told(BusEnvelope { detail }) => consumer.take(ctx, detail).await,
            }
        }
    })
}
