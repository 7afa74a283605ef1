//! `invoice.issued`: an invoice waits. `invoice.send_requested`: it does so still, and is mailed again.
//!
//! Each request is an event of its own, so that it is mailed once for each, however often the event comes.

use billing::{Invoice, Invoices};
use cloud::Ctx;
use events::{
    Told,
    invoice::{InvoiceIssued, InvoiceSendRequested},
};
use kernel::InvoiceId;
use messaging::{SendWhile, Values, catalogue::INVOICE_READY};
use table::outbox::Event;

use crate::{
    NotifierError,
    announcer::Announcer,
    invoices::payer::{InvoiceNews, to_payers},
};

/// To whom the invoice is addressed, by mail, and to the customer's chats.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<InvoiceIssued>) -> Result<(), NotifierError> {
    tell_of(ctx, event, data.invoice_id).await
}

/// The same, because staff asked for it.
pub(crate) async fn tell_again(
    ctx: Ctx,
    Told { event, data }: Told<InvoiceSendRequested>,
) -> Result<(), NotifierError> {
    tell_of(ctx, event, data.invoice_id).await
}

async fn tell_of(ctx: Ctx, event: Event, id: InvoiceId) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let Some(invoice) = Invoices::new(ctx.table(), announcer.scope()).get(id).await? else {
        return Ok(());
    };
    let invoice = invoice.trusted("the notifier writes to the customer itself");
    let Some(says) = says(&invoice) else { return Ok(()) };
    let news = InvoiceNews { kind: INVOICE_READY, says, needs: SendWhile::Unpaid };
    announcer.tell(to_payers(&ctx, &announcer, &invoice, news).await?).await
}

/// `None` when nobody is told: of a draft, and of an invoice on which nothing is left to pay. How much is left is read when
/// the message is sent.
fn says(invoice: &Invoice) -> Option<Values> {
    let issued = invoice.issued.as_ref().filter(|_| invoice.amount_due().minor() > 0)?;
    Some(Values::new().text("number", &issued.number.to_string()).date("due", issued.due_date))
}
