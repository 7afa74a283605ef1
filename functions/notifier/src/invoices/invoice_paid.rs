//! `invoice.paid`: the balance paid an invoice. Where a payment did, `payment.succeeded` tells of it, and nobody is told twice.

use billing::{Invoice, Invoices};
use cloud::Ctx;
use events::{Told, invoice::InvoicePaid};
use kernel::{Money, Timestamp};
use messaging::{SendWhile, Values, catalogue::INVOICE_PAID};

use crate::{
    NotifierError,
    announcer::Announcer,
    invoices::payer::{InvoiceNews, to_payers},
};

/// To the customer whose balance it was, by mail and in Telegram.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<InvoicePaid>) -> Result<(), NotifierError> {
    if data.payment_id.is_some() {
        return Ok(());
    }
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let Some(invoice) = Invoices::new(ctx.table(), announcer.scope()).get(data.invoice_id).await? else {
        return Ok(());
    };
    let invoice = invoice.trusted("the notifier writes to the customer itself");
    let says = says(&invoice, &data.number, data.paid_at);
    let news = InvoiceNews { kind: INVOICE_PAID, says, needs: SendWhile::Nothing };
    announcer.tell(to_payers(&ctx, &announcer, &invoice, news).await?).await
}

/// All that the balance paid of it after its issue.
fn says(invoice: &Invoice, number: &str, paid_at: Timestamp) -> Values {
    let from_balance = Money::sum(invoice.currency, invoice.from_balance.iter().map(|used| used.amount));
    let amount = from_balance.unwrap_or(invoice.total);
    Values::new().text("number", number).money("amount", amount).date("paid", paid_at.date_in(&invoice.seller.zone))
}
