//! Woken every minute: sends due work of all kinds, in all tenants, to the queues of its workers.

mod sweep_agenda;

use cloud::{Ctx, Function, event};

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::schedule(ctx, sweep_agenda::sweep_agenda)
}
