//! Woken by the sales queue: adds up, day by day, what orders bring. The bus brings whatever moves an order, its invoice, or the
//! money for it; a recount looks at all orders of a tenant in turns.
//!
//! Whoever hears of an order looks at all that there is of it now, and corrects the days by what they lack. So events may come
//! twice, late and in any order, and one that never comes is made up for by the next, or by a recount.

mod continue_recount;
mod count_order;
mod error;
mod facts;
mod follow_invoice;

use std::sync::Arc;

use cloud::{Ctx, Function, TenantLines, event};
use continue_recount::continue_recount;
use count_order::count_order;
use error::SalesError;
use events::{
    Consumer, Payload, Told,
    credit_note::CreditNoteIssued,
    invoice::{InvoicePaid, InvoiceVoided},
    order::{OrderConfirmed, OrderPlaced},
    order_course::{OrderCancelled, OrderExpired, OrderRefunded, OrderReturned},
    payment::{PaymentRefundFailed, PaymentRefunded, PaymentSucceeded},
};
use follow_invoice::follow_invoice;
use kernel::{InvoiceId, OrderId};
use table::TenantScope;

/// The worker's memory: two orders of a tenant on one day add to the same rows.
pub(crate) type Lines = Arc<TenantLines>;

/// What is done with which events.
pub fn consumer() -> Consumer<Ctx> {
    let lines = Lines::default();
    let mut consumer = Consumer::default();
    consumer = of_order::<OrderPlaced>(consumer, &lines);
    consumer = of_order::<OrderConfirmed>(consumer, &lines);
    consumer = of_order::<OrderCancelled>(consumer, &lines);
    consumer = of_order::<OrderExpired>(consumer, &lines);
    consumer = of_order::<OrderRefunded>(consumer, &lines);
    consumer = of_order::<OrderReturned>(consumer, &lines);
    consumer = of_invoice(consumer, &lines, |paid: &InvoicePaid| Some(paid.invoice_id));
    consumer = of_invoice(consumer, &lines, |voided: &InvoiceVoided| Some(voided.invoice_id));
    consumer = of_invoice(consumer, &lines, |note: &CreditNoteIssued| Some(note.invoice_id));
    consumer = of_invoice(consumer, &lines, |payment: &PaymentSucceeded| payment.0.invoice_id);
    consumer = of_invoice(consumer, &lines, |refund: &PaymentRefunded| refund.invoice_id);
    consumer = of_invoice(consumer, &lines, |refund: &PaymentRefundFailed| refund.invoice_id);
    consumer.on(move |ctx, told| continue_recount(ctx, Arc::clone(&lines), told))
}

/// Counts the order that the event is about.
fn of_order<E>(consumer: Consumer<Ctx>, lines: &Lines) -> Consumer<Ctx>
where
    E: Payload<Subject = OrderId> + Send + Sync + 'static,
{
    let lines = Arc::clone(lines);
    consumer.on(move |ctx: Ctx, Told { event, data }: Told<E>| {
        let lines = Arc::clone(&lines);
        async move { count_order(&ctx, &lines, TenantScope::new(event.tenant_id), data.subject()).await.map(drop) }
    })
}

/// Counts the order that the invoice of the event is of, if it is of one.
fn of_invoice<E>(consumer: Consumer<Ctx>, lines: &Lines, invoice: fn(&E) -> Option<InvoiceId>) -> Consumer<Ctx>
where
    E: Payload + Send + Sync + 'static,
{
    let lines = Arc::clone(lines);
    consumer.on(move |ctx: Ctx, Told { event, data }: Told<E>| {
        let lines = Arc::clone(&lines);
        async move {
            match invoice(&data) {
                Some(invoice) => follow_invoice(&ctx, &lines, TenantScope::new(event.tenant_id), invoice).await,
                None => Ok::<(), SalesError>(()),
            }
        }
    })
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::consumer(ctx, consumer())
}
