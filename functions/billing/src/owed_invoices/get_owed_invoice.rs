//! `GET /api/v1/tenants/current/invoices/{id}`: one invoice of the platform to the tenant.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), two reads.

use axum::extract::State;
use kernel::{InvoiceId, TenantId};
use tenancy::Tenants;
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
    let (platform, public_url) = (Tenants::new(api.table()).get(TenantId::PLATFORM).await?, &api.config().public_url);
    let base = platform.map_or_else(|| public_url.clone(), |platform| platform.base_url(public_url));
    Ok(Reply::ok(&InvoiceView::with_page(&api, (TenantId::PLATFORM, &base), &invoice))?.version(invoice.version))
}
