//! Woken by the billing work queue: bills one subscription per message, every period of it that is over.

mod bill_subscription;
mod desk;
mod parties;

use std::sync::Arc;

use bill_subscription::bill_subscription;
use cloud::{Ctx, Function, event};
use desk::Desk;

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let desk = Arc::<Desk>::default();
    event::queue(ctx, move |ctx, work| bill_subscription(ctx, Arc::clone(&desk), work))
}
