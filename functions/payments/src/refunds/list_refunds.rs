//! `GET /api/v1/payments/{id}/refunds`: what went back of a payment, or is on its way; newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one query.

use axum::extract::State;
use kernel::PaymentId;
use payments::{Payments, Refunds};
use web::{Api, Caller, Id, PageOf, Pager, Problem, Reply};

use crate::{PaymentsRead, refunds::refund_view::RefundView};

/// List a payment's refunds
#[utoipa::path(get, path = "/api/v1/payments/{id}/refunds", responses((status = 200, body = PageOf<RefundView>)))]
pub async fn list_refunds(
    State(api): State<Api>,
    caller: Caller<PaymentsRead>,
    pager: Pager,
    Id(id): Id<PaymentId>,
) -> Result<Reply, Problem> {
    let payment = Payments::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    caller.open(&api, payment).await?;
    let page = Refunds::new(api.table(), caller.scope).list(id, &pager.request()).await?;
    let rows = page.items.iter().map(RefundView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
