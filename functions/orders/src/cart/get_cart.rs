//! `GET /api/v1/cart`: what somebody is about to buy, with the prices and the stock of now.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one read of
//! the cart (two for a user), then at once one query for each product and one of the locations, those of its reservation and
//! of the billing rules, up to three reads of the customer, and one query for the stock of each line.

use axum::extract::State;
use web::{Api, Envelope, Problem, QueryString, Reply};

use crate::{
    OrdersRead,
    cart::{cart_query::CartQuery, cart_view::CartView},
    shopping::{
        carts::{find, show},
        shopper::{Shopper, no_cart},
    },
};

/// Get the cart
///
/// The signed-in user's own, or the one that `X-Cart-Token` opens; 404 before something was put in. Each line says whether it
/// can be ordered, and whether its price changed since the line was last changed. Nobody touches a cart for 30 days, and it is
/// gone.
#[utoipa::path(get, path = "/api/v1/cart", responses((status = 200, body = Envelope<CartView>)))]
pub async fn get_cart(
    State(api): State<Api>,
    shopper: Shopper<OrdersRead>,
    QueryString(query): QueryString<CartQuery>,
) -> Result<Reply, Problem> {
    let cart = find(&api, &shopper, query.of(&shopper.tenant)).await?.ok_or_else(no_cart)?;
    Reply::ok(&show(&api, &shopper, &cart).await?)
}

#[cfg(test)]
#[path = "cart_tests.rs"]
mod tests;
