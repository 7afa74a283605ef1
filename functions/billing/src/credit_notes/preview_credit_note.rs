//! `POST /api/v1/invoices/{id}/credit-note-preview`: what a credit note would take back, by the same decision that writes it.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, the next number and
//! what is beside the invoice at once.

use axum::extract::State;
use kernel::{CreditNoteId, InvoiceId};
use web::{Api, Caller, Envelope, Id, Json, Problem, Reply};

use crate::{
    InvoicesWrite,
    credit_notes::{credit_note_body::CreateCreditNote, credit_note_view::CreditNoteView, writing::decide},
    invoices::get_invoice::within_reach,
};

/// Preview a credit note
///
/// What `POST …/credit-notes` with the same body would write, to the unit, but for its id and number. Nothing is changed.
#[utoipa::path(
    post, path = "/api/v1/invoices/{id}/credit-note-preview",
    responses(
        (status = 200, body = Envelope<CreditNoteView>),
        (
            status = 409,
            description = "NOTHING_TO_CREDIT, CREDIT_TOO_LARGE, TOO_MANY_CREDIT_NOTES; INVOICE_WRONG_STATE: it is a draft, or void"
        )
    )
)]
pub async fn preview_credit_note(
    State(api): State<Api>,
    caller: Caller<InvoicesWrite>,
    Id(id): Id<InvoiceId>,
    Json(body): Json<CreateCreditNote>,
) -> Result<Reply, Problem> {
    let invoice = within_reach(&api, &caller, id).await?;
    let decided = decide(&api, caller.scope, CreditNoteId::new(api.new_ulid()), &body, &invoice).await?;
    Reply::ok(&CreditNoteView::preview(&decided.written.note))
}
