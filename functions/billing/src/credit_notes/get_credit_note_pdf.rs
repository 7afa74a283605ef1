//! `GET /api/v1/credit-notes/{id}/pdf`: the credit note as a document, made when it was written.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one object.

use axum::{extract::State, response::Response};
use kernel::CreditNoteId;
use web::{Api, Caller, Id, Pdf, Problem};

use crate::{InvoicesRead, credit_notes::get_credit_note::within_reach, invoices::papers};

/// Download a credit note as PDF
///
/// It never changes. It is made within seconds; until then the answer is 503 with `Retry-After`.
#[utoipa::path(
    get, path = "/api/v1/credit-notes/{id}/pdf",
    responses(
        (status = 200, content_type = "application/pdf", body = Pdf),
        (status = 503, description = "DOCUMENT_NOT_READY")
    )
)]
pub async fn get_credit_note_pdf(
    State(api): State<Api>,
    caller: Caller<InvoicesRead>,
    Id(id): Id<CreditNoteId>,
) -> Result<Response, Problem> {
    let note = within_reach(&api, &caller, id).await?;
    papers::kept(&api, &papers::of_credit_note(caller.tenant(), &note)).await
}
