//! `GET /api/v1/tenants/current/payment-methods`: what the tenant pays the platform by, newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the book, one of
//! its methods.

use axum::extract::State;
use payments::SavedMethods;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{TenantsRead, payment_methods::payment_method_view::PaymentMethodView};

/// List payment methods of your tenant
///
/// There are never so many that they need a second page.
#[utoipa::path(
    get, path = "/api/v1/tenants/current/payment-methods",
    responses((status = 200, body = PageOf<PaymentMethodView>))
)]
pub async fn list_owed_payment_methods(
    State(api): State<Api>,
    caller: Caller<TenantsRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let (books, party) = caller.as_customer_of_the_platform()?;
    let methods = SavedMethods::new(api.table(), books);
    let book = methods.book(party).await?;
    let saved = methods.of(&book).await?;
    let rows = saved.iter().rev().map(|method| PaymentMethodView::of(method, &book, api.now())).collect();
    Reply::page(rows, pager.info(&api, None)?)
}
