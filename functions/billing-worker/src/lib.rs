//! Woken by the billing work queue: bills one subscription per message, at once when it was created and at every boundary of
//! its periods, and erases the customers of users who were erased.

mod begin_subscription;
mod bill_subscription;
mod desk;
mod end_subscriptions;
mod parties;

use std::sync::Arc;

use begin_subscription::begin_subscription;
use bill_subscription::{bill_due, bill_subscription};
use billing::BillingWork;
use cloud::{
    Ctx, Function,
    event::{self, Envelope},
};
use desk::Desk;
use end_subscriptions::forget_customers;
use serde::Deserialize;
use table::agenda::Due;

/// What the queue brings.
#[derive(Deserialize)]
#[serde(untagged)]
enum Work {
    /// From the agenda.
    Due(Due),
    /// From a billing run.
    Bill(BillingWork),
    /// From the bus: `subscription.created`, `user.erased`.
    Told(Envelope),
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let desk = Arc::<Desk>::default();
    event::queue(ctx, move |ctx, work| {
        let desk = Arc::clone(&desk);
        async move {
            match work {
                Work::Due(due) => bill_due(ctx, desk, due).await,
                Work::Bill(work) => bill_subscription(ctx, desk, work).await,
                Work::Told(Envelope { detail }) if detail.name == "subscription.created" => {
                    let work = begin_subscription(&ctx, detail)?;
                    bill_subscription(ctx, desk, work).await
                }
                Work::Told(Envelope { detail }) => forget_customers(ctx, detail).await,
            }
        }
    })
}
