//! Woken by the sales queue: adds up, day by day, what orders bring. The bus brings whatever moves an order, its invoice, or the
//! money for it; a recount looks at all orders of a tenant in turns. The agenda brings days whose events are
//! to be put into files.
//!
//! Whoever hears of an order looks at all that there is of it now, and corrects the days by what they lack. So events may come
//! twice, late and in any order, and one that never comes is made up for by the next, or by a recount.

mod archive_day;
mod continue_recount;
mod count_order;
mod error;
mod facts;
mod follow_invoice;

use std::sync::Arc;

use archive_day::{Planned, archive_day, plan_day};
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
use follow_invoice::{Followed, follow_invoice};
use kernel::{InvoiceId, OrderId};
use table::{TenantScope, agenda::DueKind};

/// What the worker keeps between messages.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Two orders of a tenant on one day add to the same rows.
    lines: TenantLines,
    planned: Planned,
}

/// What is done with which events.
pub fn consumer() -> Consumer<Ctx> {
    let memory = Arc::<Memory>::default();
    let mut consumer = Consumer::default();
    consumer = of_order::<OrderPlaced>(consumer, &memory);
    consumer = of_order::<OrderConfirmed>(consumer, &memory);
    consumer = of_order::<OrderCancelled>(consumer, &memory);
    consumer = of_order::<OrderExpired>(consumer, &memory);
    consumer = of_order::<OrderRefunded>(consumer, &memory);
    consumer = of_order::<OrderReturned>(consumer, &memory);
    consumer = of_invoice(consumer, &memory, |paid: &InvoicePaid| Some(paid.invoice_id));
    consumer = of_invoice(consumer, &memory, |voided: &InvoiceVoided| Some(voided.invoice_id));
    consumer = of_invoice(consumer, &memory, |note: &CreditNoteIssued| Some(note.invoice_id));
    consumer = of_invoice(consumer, &memory, |payment: &PaymentSucceeded| payment.0.invoice_id);
    consumer = of_invoice(consumer, &memory, |refund: &PaymentRefunded| refund.invoice_id);
    consumer = of_invoice(consumer, &memory, |refund: &PaymentRefundFailed| refund.invoice_id);
    consumer.on(move |ctx, told| continue_recount(ctx, Arc::clone(&memory), told))
}

/// Counts the order that the event is about.
fn of_order<E>(consumer: Consumer<Ctx>, memory: &Arc<Memory>) -> Consumer<Ctx>
where
    E: Payload<Subject = OrderId> + Send + Sync + 'static,
{
    let memory = Arc::clone(memory);
    consumer.on(move |ctx: Ctx, Told { event, data }: Told<E>| {
        let memory = Arc::clone(&memory);
        async move {
            count_order(&ctx, &memory.lines, TenantScope::new(event.tenant_id), data.subject()).await?;
            plan_day(&ctx, &memory.planned, &event).await
        }
    })
}

/// Counts the order that the invoice of the event is of, if it is of one.
fn of_invoice<E>(consumer: Consumer<Ctx>, memory: &Arc<Memory>, invoice: fn(&E) -> Option<InvoiceId>) -> Consumer<Ctx>
where
    E: Payload + Send + Sync + 'static,
{
    let memory = Arc::clone(memory);
    consumer.on(move |ctx: Ctx, Told { event, data }: Told<E>| {
        let memory = Arc::clone(&memory);
        async move {
            let Some(invoice) = invoice(&data) else { return Ok(()) };
            match follow_invoice(&ctx, &memory.lines, TenantScope::new(event.tenant_id), invoice).await? {
                Followed::Order => plan_day(&ctx, &memory.planned, &event).await,
                Followed::Nothing => Ok::<(), SalesError>(()),
            }
        }
    })
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::work(ctx, consumer(), |ctx, due| async move {
        if due.kind == DueKind::SalesArchive {
            archive_day(&ctx, &due).await
        } else {
            Err(SalesError::Elsewhere(due.kind.as_str()))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_orders_are_counted_by_is_put_into_files_but_for_words_of_providers() {
        let heard: Vec<&str> = consumer().names().into_iter().collect();
        let mut others: Vec<&str> =
            heard.iter().copied().filter(|name| !archive_day::ARCHIVED.contains(name)).collect();
        others.sort_unstable();
        assert_eq!(others, ["payment.refund_failed", "sales_recount.continued"]);
        assert!(archive_day::ARCHIVED.iter().all(|name| heard.contains(name)));
    }
}
