//! Woken by the billing work queue: bills one subscription per message, every period of it that is over, and ends the
//! subscriptions of customers who were erased.

mod bill_subscription;
mod desk;
mod end_subscriptions;
mod parties;

use std::sync::Arc;

use bill_subscription::bill_subscription;
use billing::BillingWork;
use cloud::{
    Ctx, Function,
    event::{self, Envelope},
};
use desk::Desk;
use end_subscriptions::end_subscriptions;
use serde::Deserialize;

/// What the queue brings.
#[derive(Deserialize)]
#[serde(untagged)]
enum Work {
    /// From a billing cycle.
    Bill(BillingWork),
    /// `user.erased`, from the bus.
    Forget(Envelope),
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let desk = Arc::<Desk>::default();
    event::queue(ctx, move |ctx, work| {
        let desk = Arc::clone(&desk);
        async move {
            match work {
                Work::Bill(work) => bill_subscription(ctx, desk, work).await,
                Work::Forget(Envelope { detail }) => end_subscriptions(ctx, detail).await,
            }
        }
    })
}
