//! `POST /api/v1/invoices/{id}/mark-uncollectible`: what an invoice asks for is given up.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read, one transaction of invoice, journal, balances, audit entry, event and idempotency row; the
//! last two again for every race that is lost.

use axum::extract::State;
use billing::Invoice;
use kernel::{InvoiceId, JournalId};
use settlement::Settlement;
use table::Transaction;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{
    InvoicesWrite,
    changes::invoice_edit::{InvoiceChange, InvoiceEdit},
    invoices::invoice_view::InvoiceView,
};

/// Mark an invoice as uncollectible
///
/// What is still due of an open invoice is a bad debt from now on. The tax on it stays owed to the state. A late payment still
/// settles it, and so does the customer's balance. A subscription that was past due for it alone is active again; one that is
/// suspended stays so until somebody pays.
#[utoipa::path(
    post, path = "/api/v1/invoices/{id}/mark-uncollectible",
    responses(
        (status = 200, body = Envelope<InvoiceView>),
        (status = 409, description = "INVOICE_ALREADY_PAID; INVOICE_WRONG_STATE: it is a draft, void, or given up already")
    )
)]
pub async fn mark_invoice_uncollectible(
    State(api): State<Api>,
    caller: Caller<InvoicesWrite>,
    edit: Edit,
    Id(id): Id<InvoiceId>,
) -> Result<Reply, Problem> {
    let action = crate::INVOICE_MARKED_UNCOLLECTIBLE;
    let edit = InvoiceEdit { api: &api, caller: &caller, edit: &edit, id, action };
    let (api, caller, info) = (&api, &caller, &edit.edit.info);
    edit.make(|invoice: Invoice| async move {
        let journal_id = || JournalId::new(api.new_ulid());
        let mut transaction = Transaction::new();
        let settlement = Settlement::new(api.table(), caller.scope, api.now(), &journal_id);
        let given_up = settlement.write_off(&mut transaction, invoice)?.invoice;
        if let Some(told) = given_up.told_marked_uncollectible() {
            api.insert_event(&mut transaction, caller.tenant(), info, given_up.version, &told)?;
        }
        Ok(Some(InvoiceChange::new(given_up, transaction)))
    })
    .await
}
