//! `invoice.issued`: an invoice waits. `invoice.send_requested`: it does so still, and is mailed again.
//!
//! Each request is an event of its own, so that it is mailed once for each, however often the event comes.

use billing::Invoice;
use cloud::Ctx;
use events::{
    Told,
    invoice::{InvoiceIssued, InvoiceSendRequested},
};
use messaging::{SendWhile, Values, catalogue::INVOICE_READY};

use crate::{
    NotifierError,
    invoices::payer::{InvoiceNews, tell_payers},
};

/// To whom the invoice is addressed, by mail, and to the customer's chats.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<InvoiceIssued>) -> Result<(), NotifierError> {
    tell_payers(&ctx, &event, data.invoice_id, news).await
}

/// The same, because staff asked for it.
pub(crate) async fn tell_again(
    ctx: Ctx,
    Told { event, data }: Told<InvoiceSendRequested>,
) -> Result<(), NotifierError> {
    tell_payers(&ctx, &event, data.invoice_id, news).await
}

/// `None` for a draft, and for an invoice on which nothing is left to pay. How much is left is read when the message is sent.
fn news(invoice: &Invoice) -> Option<InvoiceNews> {
    let issued = invoice.issued.as_ref().filter(|_| invoice.amount_due().minor() > 0)?;
    let says = Values::new().text("number", &issued.number.to_string()).date("due", issued.due_date);
    Some(InvoiceNews { kind: INVOICE_READY, says, needs: SendWhile::Unpaid })
}
