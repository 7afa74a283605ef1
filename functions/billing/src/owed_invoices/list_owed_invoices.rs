//! `GET /api/v1/tenants/current/invoices`: what the tenant was invoiced by the platform, newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, one batch
//! read.

use axum::extract::State;
use billing::{Invoices, InvoicesOf, Showing};
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{TenantsRead, invoices::invoice_view::InvoiceView};

/// List your invoices from the platform
///
/// The platform's invoices to the tenant itself, paid ones too. Works while the tenant is suspended.
#[utoipa::path(get, path = "/api/v1/tenants/current/invoices", responses((status = 200, body = PageOf<InvoiceView>)))]
pub async fn list_owed_invoices(
    State(api): State<Api>,
    caller: Caller<TenantsRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let (books, party) = caller.as_customer_of_the_platform()?;
    let of = InvoicesOf::Customer(party);
    let page = Invoices::new(api.table(), books).list(of, Showing::Issued, &pager.request()).await?;
    let now = api.now();
    let rows = page.items.iter().map(|invoice| InvoiceView::at(invoice, now)).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
