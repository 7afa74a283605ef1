//! `credit_note.issued`: a part of an invoice was taken back.

use billing::Invoice;
use cloud::Ctx;
use events::{Told, credit_note::CreditNoteIssued};
use messaging::{
    SendWhile, Values,
    catalogue::{CREDIT_NOTE, CREDIT_NOTE_REFUNDED},
};

use crate::{
    NotifierError,
    invoices::payer::{InvoiceNews, tell_payers},
};

/// To whom the invoice is addressed, by mail with the document, and to the customer's chats.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<CreditNoteIssued>) -> Result<(), NotifierError> {
    let says = Values::new()
        .text("number", &data.number)
        .text("invoice", &data.invoice_number)
        .money("amount", data.total)
        .money("due", data.against_due);
    let (kind, says) = match data.refund_id {
        Some(_) => (CREDIT_NOTE_REFUNDED, says.money("refund", data.to_balance)),
        None => (CREDIT_NOTE, says.money("balance", data.to_balance)),
    };
    let needs = SendWhile::Credited { credit_note_id: data.credit_note_id };
    tell_payers(&ctx, &event, data.invoice_id, |_: &Invoice| Some(InvoiceNews { kind, says, needs })).await
}
