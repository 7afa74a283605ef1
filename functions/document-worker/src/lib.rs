//! Renders PDFs, woken through the documents queue: the invoice on `invoice.issued`; once `payment.succeeded` has settled
//! it, or `invoice.paid` tells that the balance has, the paid invoice and its receipt; the void invoice on `invoice.voided`; the credit note on
//! `credit_note.issued`.

#[cfg(test)]
mod delivered;
pub mod document;
pub mod logo;
mod objects;
mod printed;
mod printed_credit_note;
mod printed_line;
mod printed_paid;
mod render_credit_note;
mod render_invoice;
mod render_settled;
mod render_void;
#[cfg(test)]
mod samples;
mod typesetting;

pub use typesetting::{fonts::use_folder as use_fonts, render};

use cloud::{Ctx, Function, event};
use events::Consumer;

/// What is done with which events.
pub fn consumer() -> Consumer<Ctx> {
    Consumer::default()
        .on(render_invoice::render_invoice)
        .on(render_settled::by_payment)
        .on(render_settled::by_balance)
        .on(render_void::render_void)
        .on(render_credit_note::render_credit_note)
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    if let Some(folder) = &ctx.config().fonts {
        use_fonts(folder);
    }
    event::consumer(ctx, consumer())
}
