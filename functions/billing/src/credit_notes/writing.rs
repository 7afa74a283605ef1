//! Deciding a credit note, for the call that writes it and the one that only says what it would be.

use billing::{CreditNote, CreditNotes, Invoice, Month, NewCreditNote, WrittenCreditNote};
use http::StatusCode;
use kernel::{CreditNoteId, RefundId};
use payments::{NewRefund, Payment, Payments, Refund, capabilities_of};
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

/// A refund of what a credit note puts on the balance, and the payment that goes back.
pub(super) struct PaidOut {
    pub(super) payment: Payment,
    pub(super) refund: Refund,
}

/// What pays a credit note out, which says so from now on. One read; none when it stays on the balance.
///
/// # Errors
/// 422 when the customer has no such payment; `REFUND_BY_HAND_ONLY`, `NOTHING_TO_REFUND`, and those of the table.
pub(super) async fn paid_out(
    api: &Api,
    scope: TenantScope,
    body: &CreateCreditNote,
    note: &mut CreditNote,
) -> Result<Option<PaidOut>, Problem> {
    let Some(payment_id) = body.refund_payment_id else { return Ok(None) };
    let unknown = || Problem::invalid(PAYMENT, "NOT_FOUND", "the customer of the invoice has no such payment");
    let payment = Payments::new(api.table(), scope).get(payment_id).await?.ok_or_else(unknown)?;
    let payment = payment.open_for(&[note.bill_to.party]).ok_or_else(unknown)?;
    capabilities_of(payment.provider).give_back(payment.method)?;
    if note.to_balance.is_zero() {
        let detail = "nothing was paid of what this takes back: leave refundPaymentId out";
        return Err(Problem::new(StatusCode::CONFLICT, "NOTHING_TO_REFUND", detail));
    }
    let refund = Refund::asked(NewRefund {
        id: RefundId::new(api.new_ulid()),
        payment_id,
        amount: note.to_balance,
        reason: format!("Credit note {}", note.number),
        credit_note_id: Some(note.id),
        now: api.now(),
    });
    note.refund = Some(refund.id);
    Ok(Some(PaidOut { payment, refund }))
}

/// Where the body names the payment.
const PAYMENT: &str = "/refundPaymentId";
