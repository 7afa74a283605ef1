//! `invoice.paid`: the balance paid an invoice. Where a payment did, the message follows from `payment.succeeded` alone, and
//! where a credit note took back what was left, from `credit_note.issued`.

use billing::Invoice;
use cloud::Ctx;
use events::{Told, invoice::InvoicePaid};
use kernel::{Money, Timestamp};
use messaging::{SendWhile, Values, catalogue::INVOICE_PAID};

use crate::{
    NotifierError,
    invoices::payer::{InvoiceNews, tell_payers},
};

/// To the customer whose balance it was, by mail and in Telegram.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<InvoicePaid>) -> Result<(), NotifierError> {
    if data.payment_id.is_some() || data.credit_note_id.is_some() {
        return Ok(());
    }
    let news = |invoice: &Invoice| {
        let says = says(invoice, &data.number, data.paid_at);
        Some(InvoiceNews { kind: INVOICE_PAID, says, needs: SendWhile::Nothing })
    };
    tell_payers(&ctx, &event, data.invoice_id, news).await
}

/// All that the balance paid of it after its issue.
fn says(invoice: &Invoice, number: &str, paid_at: Timestamp) -> Values {
    let from_balance = Money::sum(invoice.currency, invoice.from_balance.iter().map(|used| used.amount));
    let amount = from_balance.unwrap_or(invoice.total);
    Values::new().text("number", number).money("amount", amount).date("paid", paid_at.date_in(&invoice.seller.zone))
}
