//! `POST /api/v1/invoices/{id}/finalize`: a draft gets its number and is owed.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read, then settings and customer at once (and its user), number and balance at once, one
//! transaction of invoice, number, journal, balances, agenda, audit entry, event and idempotency row; from the read on again
//! for every race that is lost. One that is issued already: no more than the first read.

use axum::extract::State;
use billing::{Invoice, InvoiceStatus};
use kernel::InvoiceId;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{
    InvoicesWrite,
    changes::invoice_edit::{InvoiceChange, InvoiceEdit},
    invoices::invoice_view::InvoiceView,
    issuing::{ToIssue, issue, present_terms},
};

/// Finalize a draft invoice
///
/// It gets the next number of the month and is owed from today on, by the settings and rates of tax of today. What the customer
/// has on its balance in that currency pays it first; one over nothing is paid at once. The customer is mailed the invoice when
/// something is left to pay. Finalizing again returns the invoice as it is.
#[utoipa::path(
    post, path = "/api/v1/invoices/{id}/finalize",
    responses(
        (status = 200, body = Envelope<InvoiceView>),
        (status = 409, description = "CUSTOMER_ERASED, NO_LUXURY_TAX_RATE, CONFLICT"),
        (status = 422, description = "INVOICE_BELOW_ZERO")
    )
)]
pub async fn finalize_invoice(
    State(api): State<Api>,
    caller: Caller<InvoicesWrite>,
    edit: Edit,
    Id(id): Id<InvoiceId>,
) -> Result<Reply, Problem> {
    let edit = InvoiceEdit { api: &api, caller: &caller, edit: &edit, id, action: crate::INVOICE_FINALIZED };
    let (api, caller, info) = (&api, &caller, &edit.edit.info);
    edit.make(|invoice: Invoice| async move {
        if invoice.status() != InvoiceStatus::Draft {
            return Ok(None);
        }
        let terms = present_terms(api, caller, invoice.bill_to.party, invoice.currency).await?;
        let (issued, transaction) = issue(api, caller, info, ToIssue::Stored(invoice), &terms).await?;
        Ok(Some(InvoiceChange::new(issued, transaction)))
    })
    .await
}
