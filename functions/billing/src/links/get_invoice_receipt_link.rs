//! `GET /api/v1/invoices/{id}/receipt-link`: a link to the receipt (kwitansi) for an invoice's payments.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use kernel::InvoiceId;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{
    InvoicesRead,
    invoices::{get_invoice::within_reach, papers},
    links::document_link::DocumentLink,
};

/// Get a link to a receipt's PDF
///
/// For a browser that sends no token: it works for 15 minutes, for anybody who has it.
#[utoipa::path(
    get, path = "/api/v1/invoices/{id}/receipt-link",
    responses(
        (status = 200, body = Envelope<DocumentLink>),
        (status = 404, description = "NO_RECEIPT"),
        (status = 409, description = "INVOICE_NOT_PAID")
    )
)]
pub async fn get_invoice_receipt_link(
    State(api): State<Api>,
    caller: Caller<InvoicesRead>,
    Id(id): Id<InvoiceId>,
) -> Result<Reply, Problem> {
    let invoice = within_reach(&api, &caller, id).await?;
    Reply::ok(&DocumentLink::to(&api, papers::receipt(caller.tenant(), &invoice)?)?)
}
