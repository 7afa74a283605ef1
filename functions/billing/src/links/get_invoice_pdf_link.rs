//! `GET /api/v1/invoices/{id}/pdf-link`: a link to the invoice as a document.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use kernel::InvoiceId;
use web::{Api, Caller, Envelope, Id, Problem, QueryString, Reply};

use crate::{
    InvoicesRead,
    invoices::{
        get_invoice::within_reach,
        papers::{self, PdfChoice},
    },
    links::document_link::DocumentLink,
};

/// Get a link to an invoice's PDF
///
/// For a browser that sends no token: it works for 15 minutes, for anybody who has it. The document is the one that
/// `GET /invoices/{id}/pdf` answers with.
#[utoipa::path(
    get, path = "/api/v1/invoices/{id}/pdf-link",
    responses((status = 200, body = Envelope<DocumentLink>), (status = 409, description = "INVOICE_NOT_PAID"))
)]
pub async fn get_invoice_pdf_link(
    State(api): State<Api>,
    caller: Caller<InvoicesRead>,
    Id(id): Id<InvoiceId>,
    QueryString(choice): QueryString<PdfChoice>,
) -> Result<Reply, Problem> {
    let invoice = within_reach(&api, &caller, id).await?;
    Reply::ok(&DocumentLink::to(&api, papers::pdf(caller.tenant(), &invoice, choice.edition)?)?)
}
