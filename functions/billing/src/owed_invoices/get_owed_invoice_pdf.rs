//! `GET /api/v1/tenants/current/invoices/{id}/pdf`: an invoice of the platform to the tenant, as a document.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one object.

use axum::{
    extract::{Path, State},
    response::Response,
};
use web::{Api, Caller, Problem};

use crate::{TenantsRead, owed_invoices::owed};

/// Read the document of what the tenant owes
///
/// It is made within seconds of the issue; until then the answer is 503 with `Retry-After`.
#[utoipa::path(
    get, path = "/api/v1/tenants/current/invoices/{id}/pdf", tag = "billing", security(("bearer" = ["tenants:read"])),
    params(("id" = String, Path, description = "The invoice's id")),
    responses(
        (status = 200, content_type = "application/pdf", body = [u8]), (status = 403, description = "FORBIDDEN"),
        (status = 503, description = "DOCUMENT_NOT_READY")
    )
)]
pub async fn get_owed_invoice_pdf(
    State(api): State<Api>,
    caller: Caller<TenantsRead>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    owed::pdf(&api, &caller, &id).await
}
