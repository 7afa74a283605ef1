//! Renders issued invoices as PDF, woken by `invoice.issued` through the documents queue.

mod amount;
mod bounds;
pub mod document;
pub mod logo;
mod printed;
mod printed_line;
mod qr;
pub mod render;
mod render_invoice;
#[cfg(test)]
mod samples;
mod sheet;
mod words;
mod world;

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
