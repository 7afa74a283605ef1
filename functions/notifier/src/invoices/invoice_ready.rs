//! `invoice.issued`: an invoice waits, or is the last one of a subscription. `invoice.send_requested`: it does so still, and is mailed again.
//!
//! Each request is an event of its own, so that it is mailed once for each, however often the event comes.

use billing::{Invoice, InvoiceKind};
use cloud::Ctx;
use events::{
    Told,
    invoice::{InvoiceIssued, InvoiceSendRequested},
};
use kernel::Money;
use messaging::{
    SendWhile, Values,
    catalogue::{FINAL_INVOICE, INVOICE_READY},
};

use crate::{
    NotifierError,
    invoices::payer::{InvoiceNews, tell_payers},
};

/// To whom the invoice is addressed, by mail, and to the customer's chats.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<InvoiceIssued>) -> Result<(), NotifierError> {
    if data.amount_due.is_zero() {
        return tell_payers(&ctx, &event, data.invoice_id, last_news).await;
    }
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

/// Of an invoice that nothing was left to pay of at its issue, only the last one of a subscription is told: what it gives back.
fn last_news(invoice: &Invoice) -> Option<InvoiceNews> {
    let issued = invoice.issued.as_ref().filter(|_| invoice.kind == InvoiceKind::Final)?;
    let used = Money::sum(invoice.currency, invoice.from_balance.iter().map(|used| used.amount));
    let says = Values::new()
        .text("number", &issued.number.to_string())
        .money("amount", invoice.total)
        .money("used", used.unwrap_or(Money::zero(invoice.currency)))
        .money("balance", invoice.surplus);
    Some(InvoiceNews { kind: FINAL_INVOICE, says, needs: SendWhile::Nothing })
}
