//! Renders issued invoices as PDF, woken by `invoice.issued` through the documents queue.

pub mod document;
pub mod logo;
mod printed;
mod printed_days;
mod printed_line;
mod render_invoice;
#[cfg(test)]
mod samples;
mod typesetting;

pub use typesetting::render;

use cloud::{Ctx, Function, event};
use events::Consumer;

/// What is done with which events.
pub fn consumer() -> Consumer<Ctx> {
    Consumer::default().on(render_invoice::render_invoice)
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::consumer(ctx, consumer())
}
