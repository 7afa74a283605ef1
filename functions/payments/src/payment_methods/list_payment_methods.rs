//! `GET /api/v1/payment-methods`: a customer's saved payment methods, newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the book, one of
//! its methods.

use axum::extract::State;
use kernel::Party;
use payments::SavedMethods;
use web::{Api, Caller, OfCustomer, PageOf, Pager, Problem, QueryString, Reply, Whose};

use crate::{PaymentsRead, payment_methods::payment_method_view::PaymentMethodView};

/// List payment methods
///
/// A customer sees their own; a member names one. There are never so many that they need a second page.
#[utoipa::path(
    get, path = "/api/v1/payment-methods",
    responses(
        (status = 200, body = PageOf<PaymentMethodView>),
        (status = 404, description = "NOT_FOUND: there is no such customer"),
        (status = 422, description = "VALIDATION_FAILED: a member named no customer")
    )
)]
pub async fn list_payment_methods(
    State(api): State<Api>,
    caller: Caller<PaymentsRead>,
    pager: Pager,
    QueryString(of): QueryString<OfCustomer>,
) -> Result<Reply, Problem> {
    let party = match caller.whose(&api, of.customer_id).await? {
        Whose::Partys(party @ Party::Customer(_)) => party,
        Whose::Partys(Party::Tenant(_)) => return Err(Problem::not_found().named_at("customerId")),
        Whose::Everybodys => return Err(Problem::invalid("customerId", "REQUIRED", "name the customer")),
        Whose::Nobodys => return Reply::page(Vec::<PaymentMethodView>::new(), pager.info(&api, None)?),
    };
    let methods = SavedMethods::new(api.table(), caller.scope);
    let book = methods.book(party).await?;
    let saved = methods.of(&book).await?;
    let rows = saved.iter().rev().map(|method| PaymentMethodView::of(method, &book, api.now())).collect();
    Reply::page(rows, pager.info(&api, None)?)
}
