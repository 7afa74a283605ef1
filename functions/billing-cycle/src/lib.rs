//! Woken by the billing cycles queue, hourly or by hand: finds what is due and sends it out piece by piece. A run by hand
//! whose start was lost comes from the agenda.

mod start_cycle;

use billing::BillingCycle;
use cloud::{Ctx, Function, event};
use serde::Deserialize;
use start_cycle::{make_up_for, start_cycle};
use table::agenda::Due;

/// What the queue brings.
#[derive(Deserialize)]
#[serde(untagged)]
enum Message {
    /// From the agenda.
    Due(Due),
    /// From the schedule, or from whoever asked for a run.
    Cycle(BillingCycle),
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::queue(ctx, |ctx, message| async move {
        match message {
            Message::Due(due) => make_up_for(ctx, due).await,
            Message::Cycle(cycle) => start_cycle(ctx, cycle).await,
        }
    })
}
