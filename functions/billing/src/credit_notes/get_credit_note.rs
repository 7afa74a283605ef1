//! `GET /api/v1/credit-notes/{id}`: one credit note.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use billing::{CreditNote, CreditNotes};
use kernel::CreditNoteId;
use web::{Api, Caller, Envelope, Id, Needs, Problem, Reply};

use crate::{InvoicesRead, credit_notes::credit_note_view::CreditNoteView};

/// Get a credit note
#[utoipa::path(get, path = "/api/v1/credit-notes/{id}", responses((status = 200, body = Envelope<CreditNoteView>)))]
pub async fn get_credit_note(
    State(api): State<Api>,
    caller: Caller<InvoicesRead>,
    Id(id): Id<CreditNoteId>,
) -> Result<Reply, Problem> {
    Reply::ok(&CreditNoteView::from(&within_reach(&api, &caller, id).await?))
}

/// The credit note of this id, if the caller may see it: the same 404 for one that is not there and one that is not theirs.
pub(crate) async fn within_reach<P: Needs>(
    api: &Api,
    caller: &Caller<P>,
    id: CreditNoteId,
) -> Result<CreditNote, Problem> {
    let found = CreditNotes::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    caller.open(api, found).await
}
