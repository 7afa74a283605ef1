//! Deciding a credit note, for the call that writes it and the one that only says what it would be.

use billing::{CreditNote, CreditNotes, Invoice, Month, NewCreditNote, WrittenCreditNote};
use kernel::CreditNoteId;
use settlement::BesideInvoice;
use table::TenantScope;
use web::{Api, Problem};

use crate::credit_notes::credit_note_body::CreateCreditNote;

/// A credit note that is decided, by what is beside its invoice.
pub(super) struct Decided {
    pub(super) written: WrittenCreditNote,
    pub(super) beside: BesideInvoice,
}

/// Decides the credit note of a body. Two reads at once.
///
/// # Errors
/// `INVOICE_WRONG_STATE`, `NOTHING_TO_CREDIT`, `CREDIT_TOO_LARGE`, `TOO_MANY_CREDIT_NOTES`; 422 for what is wrong with the body;
/// those of the table.
pub(super) async fn decide(
    api: &Api,
    scope: TenantScope,
    id: CreditNoteId,
    body: &CreateCreditNote,
    invoice: &Invoice,
) -> Result<Decided, Problem> {
    invoice.creditable()?;
    let asked = body.asked(invoice)?;
    let (table, now) = (api.table(), api.now());
    let today = now.date_in(&invoice.seller.zone);
    let notes = CreditNotes::new(table, scope);
    let (number, beside) =
        tokio::try_join!(notes.next_number(Month::of(today)), BesideInvoice::read(table, scope, invoice.id))?;
    let new = NewCreditNote { id, number, reason: body.reason, memo: body.memo.clone(), asked, at: now };
    let written = CreditNote::write(new, invoice, &beside.before(invoice, today))?;
    Ok(Decided { written, beside })
}
