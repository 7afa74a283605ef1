//! `POST /api/v1/cart/coupons`: a code of a promotion is typed in.
//!
//! Round trips: as `POST /cart/items`, without those of the SKU.

use std::future::ready;

use axum::extract::State;
use orders::{Cart, CartCode};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Optional, Problem, QueryString, Reply, RequestInfo};

use crate::{
    OrdersWrite,
    cart::{cart_query::CartQuery, cart_view::CartView},
    shopping::{
        carts::{CartCall, Start},
        shopper::Shopper,
    },
};

/// A code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddCartCoupon {
    /// As it was typed in.
    pub code: CartCode,
}

/// Add a coupon to the cart
///
/// It is kept with the cart, five of them at most. Adding one again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/cart/coupons",
    responses((status = 200, body = Envelope<CartView>), (status = 409, description = "CART_FULL, CART_CLOSED, CONFLICT"))
)]
pub async fn add_cart_coupon(
    State(api): State<Api>,
    shopper: Shopper<OrdersWrite>,
    info: RequestInfo,
    key: Optional,
    QueryString(query): QueryString<CartQuery>,
    Json(body): Json<AddCartCoupon>,
) -> Result<Reply, Problem> {
    let currency = query.of(&shopper.tenant);
    let call = CartCall { api: &api, shopper: &shopper, info: &info, key: &key, currency };
    let with = |cart: Cart| cart.with_code(body.code.clone(), api.now()).map_err(Problem::from);
    call.change(Start::Finds, |cart| ready(with(cart))).await
}
