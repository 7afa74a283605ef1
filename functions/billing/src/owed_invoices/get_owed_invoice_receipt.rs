//! `GET /api/v1/tenants/current/invoices/{id}/receipt`: the receipt for what the tenant paid the platform.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one object.

use axum::{extract::State, response::Response};
use kernel::InvoiceId;
use web::{Api, Caller, Id, Pdf, Problem};

use crate::{TenantsRead, invoices::papers, owed_invoices::owed};

/// Download a receipt of the platform as PDF
///
/// It is made within seconds of the last payment; until then the answer is 503 with `Retry-After`. An invoice that no payment
/// paid has none.
#[utoipa::path(
    get, path = "/api/v1/tenants/current/invoices/{id}/receipt",
    responses(
        (status = 200, content_type = "application/pdf", body = Pdf),
        (status = 404, description = "NO_RECEIPT"),
        (status = 409, description = "INVOICE_NOT_PAID"),
        (status = 503, description = "DOCUMENT_NOT_READY")
    )
)]
pub async fn get_owed_invoice_receipt(
    State(api): State<Api>,
    caller: Caller<TenantsRead>,
    Id(id): Id<InvoiceId>,
) -> Result<Response, Problem> {
    let (books, _) = caller.as_customer_of_the_platform()?;
    let invoice = owed::invoice(&api, &caller, id).await?;
    papers::kept(&api, &papers::receipt(books.tenant(), &invoice)?).await
}
