//! `invoice.voided`: an invoice is not to be paid. Only what asked for something can be voided, so that its customer was
//! told of it before.

use billing::{Invoice, Source};
use cloud::Ctx;
use events::{Told, invoice::InvoiceVoided};
use messaging::{SendWhile, Values, catalogue::INVOICE_VOIDED};

use crate::{
    NotifierError,
    invoices::payer::{InvoiceNews, tell_payers},
};

/// To whom the invoice is addressed, unless it is an order's, by mail with the document, and to the customer's chats.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<InvoiceVoided>) -> Result<(), NotifierError> {
    let says = Values::new().text("number", &data.number);
    let says = says.money("amount", data.total).money("balance", data.returned);
    // Of an order its buyer hears by the order's own news what becomes of it and of money that was sent.
    let news = |invoice: &Invoice| {
        let is_of_order = matches!(invoice.source, Source::Order { .. });
        (!is_of_order).then_some(InvoiceNews { kind: INVOICE_VOIDED, says, needs: SendWhile::Nothing })
    };
    tell_payers(&ctx, &event, data.invoice_id, news).await
}
