//! `POST /api/v1/orders`: a cart becomes an order, with its goods and its invoice.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one read of the
//! idempotency key, one of the cart, up to two of the customer, then at once those of `GET /cart`, the settings, the numbers
//! and the balance, up to three writes that count it, one transaction of order, cart, goods, ledger, customer, invoice, journal, agenda, events and idempotency
//! row; from the cart on again for every race that is lost. Where goods that were kept ran out, one transaction before it.

use axum::extract::State;
use cloud::MOST_RACES;
use kernel::{CartId, CustomerId, Money};
use serde::Deserialize;
use table::Race;
use utoipa::ToSchema;
use web::{Api, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    OrdersWrite,
    orders::{order_limits::OrderCount, order_view::OrderView, placing::Checkout},
    shopping::shopper::Shopper,
};

/// What is ordered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateOrder {
    /// Which cart.
    pub cart_id: CartId,
    /// The total that the buyer saw and agrees to.
    pub expected_total: Money,
    /// Who buys. A user who acts for no customer yet, and leaves it out, becomes one, and so does a guest; who acts for several
    /// names one, and so do members and servers for others.
    pub customer_id: Option<CustomerId>,
}

/// Create an order
///
/// All or nothing: the goods are taken, the invoice is issued and the cart is closed. It is paid by its invoice: by `POST
/// /payments`, or at `payUrl` without an account, until `payBy`. What costs nothing is confirmed at once. Of one cart there is
/// one order: asked for again with another key, the answer is 200 with the order. 409 `PRICE_CHANGED` says both totals in
/// `expected` and `actual`. A guest's address places 30 orders an hour, and 10 a day write to the same e-mail address; a user places 100
/// an hour.
#[utoipa::path(
    post, path = "/api/v1/orders",
    responses(
        (status = 200, description = "The cart was ordered before", body = Envelope<OrderView>),
        (status = 201, body = Envelope<OrderView>),
        (status = 404, description = "NOT_FOUND: the cart is not the caller's, or there is no such customer"),
        (status = 409, description = "PRICE_CHANGED, INSUFFICIENT_STOCK, ITEM_UNAVAILABLE, CART_INCOMPLETE, QUOTE_CHANGED, QUOTE_EXPIRED, CART_CLOSED, CART_FULL: the shop sells fewer of an article at once, CUSTOMER_ERASED, TOO_MANY_CUSTOMERS, CONFLICT"),
        (status = 422, description = "VALIDATION_FAILED; ORDER_TOO_LARGE: split it")
    )
)]
pub async fn create_order(
    State(api): State<Api>,
    shopper: Shopper<OrdersWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateOrder>,
) -> Result<Reply, Problem> {
    let CreateOrder { cart_id, expected_total, customer_id } = body;
    let (api, shopper, info, key) = (&api, &shopper, &info, &key);
    let count = OrderCount::default();
    let checkout = Checkout { api, shopper, info, key, count: &count, cart_id, expected_total, customer_id };
    let outcome = place_order(&checkout).await;
    key.settle(api, outcome).await
}

/// Tries again after each lost race: all invoices of a month want the same next number, and all buyers the last pieces.
async fn place_order(checkout: &Checkout<'_>) -> Result<Reply, Problem> {
    for lost in 1..=MOST_RACES {
        if let Race::Settled(reply) = checkout.attempt().await? {
            return Ok(reply);
        }
        checkout.api.back_off(lost).await;
    }
    Err(Problem::conflict())
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
