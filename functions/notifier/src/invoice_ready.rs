//! `invoice.issued`: an invoice waits.

use billing::{Invoice, Invoices};
use cloud::Ctx;
use events::{Told, invoice::InvoiceIssued};
use messaging::{Values, catalogue::INVOICE_READY};

use crate::{NotifierError, courier::Courier};

/// To whom the invoice is addressed, by mail, and to the customer's chat.
pub(crate) async fn send(ctx: Ctx, Told { event, data }: Told<InvoiceIssued>) -> Result<(), NotifierError> {
    let Some(courier) = Courier::of(&ctx, &event).await? else { return Ok(()) };
    let Some(invoice) = Invoices::new(ctx.table(), courier.scope()).get(data.invoice_id).await? else { return Ok(()) };
    let invoice = invoice.trusted("the notifier writes to the customer itself");
    let Some(values) = values(&invoice) else { return Ok(()) };
    let Some(buyer) = courier.buyer(&invoice).await? else { return Ok(()) };
    courier.tell(INVOICE_READY, buyer, &values).await
}

/// `None` when nobody is told: of a draft, and of an invoice on which nothing is left to pay.
fn values(invoice: &Invoice) -> Option<Values> {
    let issued = invoice.issued.as_ref().filter(|_| invoice.amount_due().minor() > 0)?;
    let values = Values::new()
        .text("name", &invoice.bill_to.name)
        .text("sender", &invoice.seller.name)
        .text("number", &issued.number.to_string())
        .money("amount", invoice.amount_due())
        .date("due", issued.due_date);
    Some(values)
}
