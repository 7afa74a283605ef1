//! `invoice.issued`: an invoice waits.

use billing::{Invoice, Invoices};
use cloud::Ctx;
use events::{Told, invoice::InvoiceIssued};
use messaging::{SendWhile, Values, catalogue::INVOICE_READY};

use crate::{
    NotifierError,
    announcer::Announcer,
    invoices::payer::{InvoiceNews, to_payers},
};

/// To whom the invoice is addressed, by mail, and to the customer's chats.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<InvoiceIssued>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let Some(invoice) = Invoices::new(ctx.table(), announcer.scope()).get(data.invoice_id).await? else {
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
