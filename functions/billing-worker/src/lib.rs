//! Woken by the billing work queue: bills one subscription per message, at once when it was created or changed and at every
//! boundary of its periods, makes recurring invoices, earns what invoices charged in advance, follows the dunning ladder, pays
//! open invoices from balances where customers want that, and erases the customers of users who were erased and what tenants that were gave to pay by.

mod bill_at_once;
mod bill_subscription;
mod collection;
mod dry_runs;
mod end_subscriptions;
mod erasure;
mod error;
mod issuing;
mod loaded;
mod memory;
mod recognise_revenue;
mod recurring;
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
    follow_invoice::{Fate, Outcome, follow_invoice},
    pay_open_invoices::pay_open_invoices,
};
use dry_runs::foresee_subscription::foresee_subscription;
use end_subscriptions::{forget_customer, forget_customers};
use erasure::forget_tenant::forget_tenant;
use events::{
    Consumer, Payload, Told,
    invoice::{InvoiceMarkedUncollectible, InvoicePaid, InvoiceVoided},
    subscription::{SubscriptionCreated, SubscriptionPlanChanged, SubscriptionRestored, SubscriptionResumed},
};
use kernel::SubscriptionId;
use memory::Memory;
use recognise_revenue::recognise_revenue;
use recurring::make_invoices::make_invoices;
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
    let mut consumer = Consumer::default().on(forget_customer).on(forget_customers).on(forget_tenant);
    consumer = consumer.on(pay_open_invoices);
    consumer = billing_after::<SubscriptionCreated>(consumer, &memory);
    consumer = billing_after::<SubscriptionPlanChanged>(consumer, &memory);
    consumer = billing_after::<SubscriptionRestored>(consumer, &memory);
    consumer = billing_after::<SubscriptionResumed>(consumer, &memory);
    let (voiding, giving_up) = (Arc::clone(&memory), Arc::clone(&memory));
    consumer
        .on(move |ctx, Told { event, data }: Told<InvoicePaid>| {
            let outcome = Outcome::told(&event, data.invoice_id, Fate::Paid);
            let of = data.subscription_id.into_iter().chain(data.joint_subscription_ids).collect();
            follow_invoice(ctx, Arc::clone(&memory), of, outcome)
        })
        .on(move |ctx, Told { event, data }: Told<InvoiceVoided>| {
            let outcome = Outcome::told(&event, data.invoice_id, Fate::Voided);
            let of = data.subscription_id.into_iter().chain(data.joint_subscription_ids).collect();
            follow_invoice(ctx, Arc::clone(&voiding), of, outcome)
        })
        .on(move |ctx, Told { event, data }: Told<InvoiceMarkedUncollectible>| {
            let outcome = Outcome::told(&event, data.invoice_id, Fate::GivenUp);
            let of = data.subscription_id.into_iter().chain(data.joint_subscription_ids).collect();
            follow_invoice(ctx, Arc::clone(&giving_up), of, outcome)
        })
}

/// After such an event a subscription may owe something.
fn billing_after<E>(consumer: Consumer<Ctx>, memory: &Arc<Memory>) -> Consumer<Ctx>
where
    E: Payload<Subject = SubscriptionId> + Send + Sync + 'static,
{
    let memory = Arc::clone(memory);
    consumer.on(move |ctx: Ctx, told: Told<E>| {
        let work = bill_at_once(&ctx, &told);
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
                Work::Due(due) if due.kind == DueKind::InvoiceDunning => {
                    dun_invoice(ctx, memory, due).await.map_err(EventError::from)
                }
                Work::Due(due) if due.kind == DueKind::RecurringInvoice => {
                    make_invoices(ctx, memory, due).await.map_err(EventError::from)
                }
                Work::Due(due) if due.kind == DueKind::FirstPayment => {
                    expire_unpaid(ctx, due).await.map_err(EventError::from)
                }
                Work::Due(due) => bill_due(ctx, memory, due).await.map_err(EventError::from),
                Work::Bill(work) if work.dry_run => match work.run_id {
                    Some(run) => foresee_subscription(ctx, memory, work, run).await.map_err(EventError::from),
                    None => Ok(()),
                },
                Work::Bill(work) => bill_subscription(ctx, memory, work).await.map_err(EventError::from),
                Work::Told(BusEnvelope { detail }) => consumer.take(ctx, detail).await,
            }
        }
    })
}
