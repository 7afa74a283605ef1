//! `DELETE /api/v1/invoices/{id}`: a draft that is written by hand is taken away.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read, one transaction of draft, pointer, audit entry and idempotency row; the last two again for
//! every race that is lost.

use axum::extract::State;
use billing::Invoices;
use kernel::InvoiceId;
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Edit, Id, Problem, Reply};

use crate::{InvoicesWrite, invoices::get_invoice::within_reach};

/// Delete a draft invoice
///
/// Only a draft can be deleted: an invoice that was issued keeps its number for good, and is voided instead.
#[utoipa::path(
    delete, path = "/api/v1/invoices/{id}",
    responses(
        (status = 204, description = "It is not there any more"),
        (status = 409, description = "INVOICE_WRONG_STATE: it is issued")
    )
)]
pub async fn delete_invoice(
    State(api): State<Api>,
    caller: Caller<InvoicesWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<InvoiceId>,
) -> Result<Reply, Problem> {
    let outcome = until_settled(Problem::conflict, || async {
        let draft = within_reach(&api, &caller, id).await?;
        if_match.check(draft.version)?;
        draft.must_be_by_hand()?;
        let mut transaction = Transaction::new();
        Invoices::delete_draft(&mut transaction, caller.scope, &draft);
        caller.entry(&api, &info, crate::INVOICE_DELETED).about(id).insert(&mut transaction, caller.scope)?;
        Ok(key.try_commit(&api, transaction, Reply::done()).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}
