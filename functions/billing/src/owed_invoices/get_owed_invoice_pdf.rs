//! `GET /api/v1/tenants/current/invoices/{id}/pdf`: an invoice of the platform to the tenant, as a document.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one object.

use axum::{extract::State, response::Response};
use kernel::InvoiceId;
use web::{Api, Caller, Id, Pdf, Problem, QueryString};

use crate::{
    TenantsRead,
    invoices::papers::{self, PdfChoice},
    owed_invoices::owed,
};

/// Download an invoice from the platform as PDF
///
/// The invoice as it is: stamped as paid (LUNAS) once payments or the balance have paid it, as void (BATAL) once it was
/// voided. The invoice as it was issued stays at `?edition=issued`; `?edition=paid` answers 409 until it is paid. Each is made
/// within seconds; until then the answer is 503 with `Retry-After`.
#[utoipa::path(
    get, path = "/api/v1/tenants/current/invoices/{id}/pdf",
    responses(
        (status = 200, content_type = "application/pdf", body = Pdf),
        (status = 409, description = "INVOICE_NOT_PAID"),
        (status = 503, description = "DOCUMENT_NOT_READY")
    )
)]
pub async fn get_owed_invoice_pdf(
    State(api): State<Api>,
    caller: Caller<TenantsRead>,
    Id(id): Id<InvoiceId>,
    QueryString(choice): QueryString<PdfChoice>,
) -> Result<Response, Problem> {
    let (books, _) = caller.as_customer_of_the_platform()?;
    let invoice = owed::invoice(&api, &caller, id).await?;
    papers::kept(&api, &papers::pdf(books.tenant(), &invoice, choice.edition)?).await
}
