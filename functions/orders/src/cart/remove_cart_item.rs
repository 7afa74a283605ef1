//! `DELETE /api/v1/cart/items/{id}`: a variant is taken out of a cart.
//!
//! Round trips: as `POST /cart/items`, without those of the SKU.

use std::future::ready;

use axum::extract::State;
use kernel::VariantId;
use web::{Api, Envelope, Id, Optional, Problem, QueryString, Reply, RequestInfo};

use crate::{
    OrdersWrite,
    cart::{cart_query::CartQuery, cart_view::CartView},
    shopping::{
        carts::{CartCall, Start},
        shopper::Shopper,
    },
};

/// Remove an item from the cart
#[utoipa::path(
    delete, path = "/api/v1/cart/items/{id}",
    responses((status = 200, body = Envelope<CartView>), (status = 409, description = "CART_CLOSED, CONFLICT"))
)]
pub async fn remove_cart_item(
    State(api): State<Api>,
    shopper: Shopper<OrdersWrite>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<VariantId>,
    QueryString(query): QueryString<CartQuery>,
) -> Result<Reply, Problem> {
    let currency = query.of(&shopper.tenant);
    let call = CartCall { api: &api, shopper: &shopper, info: &info, key: &key, currency };
    call.change(Start::Finds, |cart| ready(cart.without(id, api.now()).map_err(Problem::from))).await
}
