//! `GET /api/v1/credit-notes/{id}/pdf-link`: a link to the credit note as a document.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use kernel::CreditNoteId;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{
    InvoicesRead, credit_notes::get_credit_note::within_reach, invoices::papers, links::document_link::DocumentLink,
};

/// Get a link to a credit note's PDF
///
/// For a browser that sends no token: it works for 15 minutes, for anybody who has it.
#[utoipa::path(
    get, path = "/api/v1/credit-notes/{id}/pdf-link",
    responses((status = 200, body = Envelope<DocumentLink>))
)]
pub async fn get_credit_note_pdf_link(
    State(api): State<Api>,
    caller: Caller<InvoicesRead>,
    Id(id): Id<CreditNoteId>,
) -> Result<Reply, Problem> {
    let note = within_reach(&api, &caller, id).await?;
    Reply::ok(&DocumentLink::to(&api, papers::of_credit_note(caller.tenant(), &note))?)
}
