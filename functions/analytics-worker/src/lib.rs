//! Woken by the analytics queue: adds up, day by day, how many subscriptions there are, what they bring in a month and what
//! is used, each change and each event of usage once, in whatever order and however often the bus brings them.

mod add_usage;
mod count_change;
mod error;
mod memory;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use add_usage::add_usage;
use cloud::{Ctx, Function, event};
use count_change::count_change;
use events::{
    Consumer, Told,
    subscription::{
        Stands, SubscriptionActivated, SubscriptionCancelled, SubscriptionCouponApplied, SubscriptionCouponRemoved,
        SubscriptionCreated, SubscriptionExpired, SubscriptionPastDue, SubscriptionPaused, SubscriptionPlanChanged,
        SubscriptionRestored, SubscriptionResumed, SubscriptionSuspended, SubscriptionTrialEnded,
    },
};
use memory::Memory;

/// What is done with which events.
pub fn consumer() -> Consumer<Ctx> {
    let memory = Arc::<Memory>::default();
    let mut consumer = Consumer::default().on(add_usage);
    consumer = counting::<SubscriptionActivated>(consumer, &memory);
    consumer = counting::<SubscriptionCancelled>(consumer, &memory);
    consumer = counting::<SubscriptionCouponApplied>(consumer, &memory);
    consumer = counting::<SubscriptionCouponRemoved>(consumer, &memory);
    consumer = counting::<SubscriptionCreated>(consumer, &memory);
    consumer = counting::<SubscriptionExpired>(consumer, &memory);
    consumer = counting::<SubscriptionPastDue>(consumer, &memory);
    consumer = counting::<SubscriptionPaused>(consumer, &memory);
    consumer = counting::<SubscriptionPlanChanged>(consumer, &memory);
    consumer = counting::<SubscriptionRestored>(consumer, &memory);
    consumer = counting::<SubscriptionResumed>(consumer, &memory);
    consumer = counting::<SubscriptionSuspended>(consumer, &memory);
    counting::<SubscriptionTrialEnded>(consumer, &memory)
}

fn counting<E: Stands + Send + Sync + 'static>(consumer: Consumer<Ctx>, memory: &Arc<Memory>) -> Consumer<Ctx> {
    let memory = Arc::clone(memory);
    consumer.on(move |ctx: Ctx, told: Told<E>| {
        let memory = Arc::clone(&memory);
        async move { count_change(&ctx, &memory, told.event, told.data.subject(), told.data.standing().cloned()).await }
    })
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::consumer(ctx, consumer())
}
