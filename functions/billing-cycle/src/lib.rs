//! Woken by the billing cycles queue, hourly or by hand: finds what is due and sends it out piece by piece.

mod start_cycle;

use cloud::{Ctx, Function, event};

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::queue(ctx, start_cycle::start_cycle)
}
