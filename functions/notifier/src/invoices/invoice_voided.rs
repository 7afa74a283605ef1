//! `invoice.voided`: an invoice is not to be paid. Only what asked for something can be voided, so that its customer was
//! told of it before.

use billing::Invoice;
use cloud::Ctx;
use events::{Told, invoice::InvoiceVoided};
use messaging::{SendWhile, Values, catalogue::INVOICE_VOIDED};

use crate::{
    NotifierError,
    invoices::payer::{InvoiceNews, tell_payers},
};

/// To whom the invoice is addressed, by mail with the document, and to the customer's chats.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<InvoiceVoided>) -> Result<(), NotifierError> {
    let says = Values::new().text("number", &data.number);
    let says = says.money("amount", data.total).money("balance", data.returned);
    let news = |_: &Invoice| Some(InvoiceNews { kind: INVOICE_VOIDED, says, needs: SendWhile::Nothing });
    tell_payers(&ctx, &event, data.invoice_id, news).await
}
