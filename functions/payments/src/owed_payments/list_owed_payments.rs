//! `GET /api/v1/tenants/current/payments`: what the tenant paid the platform, or began to; newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, one batch read.

use axum::extract::State;
use payments::Payments;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{TenantsRead, payments::payment_view::PaymentView};

/// List your payments to the platform
#[utoipa::path(get, path = "/api/v1/tenants/current/payments", responses((status = 200, body = PageOf<PaymentView>)))]
pub async fn list_owed_payments(
    State(api): State<Api>,
    caller: Caller<TenantsRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let (books, party) = caller.as_customer_of_the_platform()?;
    let page = Payments::new(api.table(), books).list_of(party, &pager.request()).await?;
    let rows = page.items.iter().map(PaymentView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
