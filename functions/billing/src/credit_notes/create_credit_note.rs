//! `POST /api/v1/invoices/{id}/credit-notes`: a part of an invoice is taken back, or all that is left of it.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key, one read, then the next number, what is beside the invoice and its subscription at once, one transaction of note, number,
//! pointers, invoice, journal, balances, subscription, audit entry, events and idempotency row; from the read on again for
//! every race that is lost.

use axum::extract::State;
use billing::{CreditNotes, Subscriptions};
use identity::Reach;
use kernel::{CreditNoteId, InvoiceId, JournalId};
use settlement::{CreditDecided, Settlement};
use table::{Race, Transaction};
use web::{Api, Caller, Edit, Envelope, Id, IdempotencyKey, Json, Problem, Reply};

use crate::{
    InvoicesWrite,
    changes::invoice_edit::subscriptions_of,
    credit_notes::{
        credit_note_body::CreateCreditNote,
        credit_note_view::CreditNoteView,
        writing::{Decided, PaidOut, decide, paid_out},
    },
    invoices::get_invoice::within_reach,
    issuing::until_settled,
};

/// What it needs beside its own permission to pay out.
const REFUNDS_WRITE: &str = "refunds:write";

/// Create a credit note
///
/// Takes back a part of an issued invoice: some lines, an amount of the whole, or all that is left. No line, tax or invoice is
/// taken back beyond itself; the last note takes exactly what is left. It lowers what is still due; what was paid already goes
/// to the customer's balance, which pays the next invoices, or with `refundPaymentId` back to the customer. Of days to come, what is still to be earned is
/// taken back first. An invoice that nothing is due of any more is paid. A later change of the subscription gives credited days
/// back as cheap, and none whose fee was credited whole. The customer is mailed the note.
#[utoipa::path(
    post, path = "/api/v1/invoices/{id}/credit-notes",
    responses(
        (status = 201, body = Envelope<CreditNoteView>),
        (
            status = 409,
            description = "NOTHING_TO_CREDIT, NOTHING_TO_REFUND, REFUND_BY_HAND_ONLY, REFUND_TOO_LARGE, REFUND_ON_ITS_WAY, CREDIT_TOO_LARGE, TOO_MANY_CREDIT_NOTES, CONFLICT; INVOICE_WRONG_STATE: it is a draft, or void"
        )
    )
)]
pub async fn create_credit_note(
    State(api): State<Api>,
    caller: Caller<InvoicesWrite>,
    edit: Edit<IdempotencyKey>,
    Id(id): Id<InvoiceId>,
    Json(body): Json<CreateCreditNote>,
) -> Result<Reply, Problem> {
    if body.refund_payment_id.is_some() && caller.grants.reach(REFUNDS_WRITE) != Some(Reach::Tenant) {
        return Err(caller.lacks(REFUNDS_WRITE));
    }
    let note_id = CreditNoteId::new(api.new_ulid());
    let outcome = until_settled(&api, || async {
        let invoice = within_reach(&api, &caller, id).await?;
        edit.if_match.check(invoice.version)?;
        let (Decided { mut written, beside }, subscriptions) =
            tokio::try_join!(decide(&api, caller.scope, note_id, &body, &invoice), async {
                Ok(subscriptions_of(&api, &caller, &invoice).await?)
            })?;
        let paid_out = paid_out(&api, caller.scope, &body, &mut written.note).await?;
        let note = &written.note;

        let mut transaction = Transaction::new();
        CreditNotes::insert(&mut transaction, caller.scope, note)?;
        for subscription in subscriptions {
            let changed = subscription.with_fee_credited(&invoice, &written).map_err(billing::CreditNoteError::from)?;
            if let Some(changed) = changed {
                Subscriptions::save(&mut transaction, caller.scope, &changed)?;
            }
        }
        let journal_id = || JournalId::new(api.new_ulid());
        let settlement = Settlement::new(api.table(), caller.scope, api.now(), &journal_id);
        let decided = CreditDecided { written: &written, beside: &beside };
        let credited = match &paid_out {
            Some(PaidOut { payment, refund }) => settlement.credit_and_refund(
                &mut transaction,
                invoice,
                decided,
                (&[(payment, refund.clone())], api.now()),
            )?,
            None => settlement.credit(&mut transaction, invoice, decided)?,
        };
        api.insert_event(&mut transaction, caller.tenant(), &edit.info, 1, &note.told_issued())?;
        let paid = credited.invoice.told_paid().filter(|paid| paid.credit_note_id == Some(note.id));
        if let Some(told) = paid {
            api.insert_event(&mut transaction, caller.tenant(), &edit.info, credited.invoice.version, &told)?;
        }
        let entry = caller.entry(&api, &edit.info, crate::CREDIT_NOTE_CREATED).about(note.id);
        let entry = entry.with("number", note.number.to_string()).with("invoice", note.invoice.to_string());
        let amount = format!("{} {}", note.total.minor(), note.total.currency());
        let entry = entry.with("amount", amount);
        let entry = match &paid_out {
            Some(PaidOut { payment, refund }) => {
                entry.with("refund", refund.id.to_string()).with("payment", payment.id.to_string())
            }
            None => entry,
        };
        entry.insert(&mut transaction, caller.scope)?;
        let reply = Reply::created(&CreditNoteView::from(note))?;
        Ok(edit.key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    edit.key.settle(&api, outcome).await
}
