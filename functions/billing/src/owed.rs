//! What a tenant owes the platform: its own invoices in the books of tenant zero.

use axum::response::Response;
use billing::{Invoice, Invoices};
use kernel::{InvoiceId, Party};
use table::{OperatorScope, TenantScope};
use web::{Api, Caller, Problem};

use crate::{TenantsRead, get_invoice_pdf::document};

/// The platform's books.
pub(crate) const fn books() -> TenantScope {
    OperatorScope::assume("a tenant sees what it owes itself in the platform's books").platform()
}

/// The tenant as a customer of the platform.
pub(crate) const fn party(caller: &Caller<TenantsRead>) -> Party {
    Party::Tenant(caller.tenant())
}

/// An invoice of the platform to the caller's tenant; the same 404 for one that is not there and one that is another's.
///
/// # Errors
/// Not found, or those of the table.
pub(crate) async fn invoice(api: &Api, caller: &Caller<TenantsRead>, id: &str) -> Result<Invoice, Problem> {
    let id: InvoiceId = id.parse().map_err(|_| Problem::not_found())?;
    let found = Invoices::new(api.table(), books()).get(id).await?.ok_or_else(Problem::not_found)?;
    found.open_for(&[party(caller)]).ok_or_else(Problem::not_found)
}

/// The document of such an invoice.
///
/// # Errors
/// As [`invoice`]; 503 while it is being made.
pub(crate) async fn pdf(api: &Api, caller: &Caller<TenantsRead>, id: &str) -> Result<Response, Problem> {
    document(api, books().tenant(), &invoice(api, caller, id).await?).await
}
