//! `GET /api/v1/tenants/current/invoices/{id}`: one invoice of the platform to the tenant.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use kernel::{InvoiceId, TenantId};
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{TenantsRead, invoices::invoice_view::InvoiceView, owed_invoices::owed};

/// Get an invoice from the platform
#[utoipa::path(
    get, path = "/api/v1/tenants/current/invoices/{id}",
    responses((status = 200, body = Envelope<InvoiceView>))
)]
pub async fn get_owed_invoice(
    State(api): State<Api>,
    caller: Caller<TenantsRead>,
    Id(id): Id<InvoiceId>,
) -> Result<Reply, Problem> {
    let invoice = owed::invoice(&api, &caller, id).await?;
    Ok(Reply::ok(&InvoiceView::with_page(&api, TenantId::PLATFORM, &invoice))?.version(invoice.version))
}
