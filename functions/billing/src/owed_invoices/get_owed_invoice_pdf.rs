//! `GET /api/v1/tenants/current/invoices/{id}/pdf`: an invoice of the platform to the tenant, as a document.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one object.

use axum::{extract::State, response::Response};
use kernel::InvoiceId;
use web::{Api, Caller, Id, Pdf, Problem};

use crate::{TenantsRead, owed_invoices::owed};

/// Read the document of what the tenant owes
///
/// It is made within seconds of the issue; until then the answer is 503 with `Retry-After`.
#[utoipa::path(
    get, path = "/api/v1/tenants/current/invoices/{id}/pdf",
    responses(
        (status = 200, content_type = "application/pdf", body = Pdf),
        (status = 503, description = "DOCUMENT_NOT_READY")
    )
)]
pub async fn get_owed_invoice_pdf(
    State(api): State<Api>,
    caller: Caller<TenantsRead>,
    Id(id): Id<InvoiceId>,
) -> Result<Response, Problem> {
    owed::pdf(&api, &caller, id).await
}
