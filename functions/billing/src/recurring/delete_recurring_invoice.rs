//! `DELETE /api/v1/recurring-invoices/{id}`: no more invoices are made.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read, one transaction of recurring invoice, agenda, audit entry and idempotency row; the last two
//! again for every race that is lost.

use axum::extract::State;
use billing::RecurringInvoices;
use kernel::RecurringInvoiceId;
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Edit, Id, Problem, Reply};

use crate::{InvoicesWrite, recurring::get_recurring_invoice::read};

/// Delete a recurring invoice
///
/// Invoices that were made stay as they are, drafts too.
#[utoipa::path(
    delete, path = "/api/v1/recurring-invoices/{id}",
    responses((status = 204, description = "It is not there any more"))
)]
pub async fn delete_recurring_invoice(
    State(api): State<Api>,
    caller: Caller<InvoicesWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<RecurringInvoiceId>,
) -> Result<Reply, Problem> {
    let outcome = until_settled(Problem::conflict, || async {
        let stored = read(&api, &caller, id).await?;
        if_match.check(stored.version)?;
        let mut transaction = Transaction::new();
        RecurringInvoices::delete(&mut transaction, caller.scope, &stored);
        caller.entry(&api, &info, crate::RECURRING_INVOICE_DELETED).about(id).insert(&mut transaction, caller.scope)?;
        Ok(key.try_commit(&api, transaction, Reply::done()).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}
