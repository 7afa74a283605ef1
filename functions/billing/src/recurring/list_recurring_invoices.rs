//! `GET /api/v1/recurring-invoices`: the tenant's recurring invoices, newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, and more of them
//! where those of one customer are far apart.

use axum::extract::State;
use billing::RecurringInvoices;
use kernel::CustomerId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply};

use crate::{BillingRead, recurring::recurring_view::RecurringInvoiceView};

/// Which recurring invoices.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RecurringInvoiceFilter {
    /// Of this customer only.
    pub customer_id: Option<CustomerId>,
}

/// List recurring invoices
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/v1/recurring-invoices",
    responses((status = 200, body = PageOf<RecurringInvoiceView>))
)]
pub async fn list_recurring_invoices(
    State(api): State<Api>,
    caller: Caller<BillingRead>,
    pager: Pager,
    QueryString(filter): QueryString<RecurringInvoiceFilter>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let page = RecurringInvoices::new(api.table(), caller.scope).list(filter.customer_id, &pager.request()).await?;
    let rows: Vec<_> = page.items.iter().map(RecurringInvoiceView::of).collect::<Result<_, _>>()?;
    Reply::page(rows, pager.info(&api, page.last)?)
}
