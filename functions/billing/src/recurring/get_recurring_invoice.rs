//! `GET /api/v1/recurring-invoices/{id}`: one recurring invoice.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use billing::{RecurringInvoice, RecurringInvoices};
use kernel::RecurringInvoiceId;
use web::{Api, Caller, Envelope, Id, Needs, Problem, Reply};

use crate::{BillingRead, recurring::recurring_view::RecurringInvoiceView};

/// Get a recurring invoice
#[utoipa::path(
    get, path = "/api/v1/recurring-invoices/{id}",
    responses((status = 200, body = Envelope<RecurringInvoiceView>))
)]
pub async fn get_recurring_invoice(
    State(api): State<Api>,
    caller: Caller<BillingRead>,
    Id(id): Id<RecurringInvoiceId>,
) -> Result<Reply, Problem> {
    let recurring = read(&api, &caller, id).await?;
    Ok(Reply::ok(&RecurringInvoiceView::of(&recurring)?)?.version(recurring.version))
}

/// The recurring invoice of this id: they are the staff's.
pub(crate) async fn read<P: Needs>(
    api: &Api,
    caller: &Caller<P>,
    id: RecurringInvoiceId,
) -> Result<RecurringInvoice, Problem> {
    caller.must_reach_all()?;
    RecurringInvoices::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)
}
