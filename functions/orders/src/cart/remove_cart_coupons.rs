//! `DELETE /api/v1/cart/coupons`: a code is taken off a cart, or all of them.
//!
//! Round trips: as `POST /cart/items`, without those of the SKU.

use std::future::ready;

use axum::extract::State;
use kernel::Currency;
use orders::{Cart, CartCode};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Envelope, Optional, Problem, QueryString, Reply, RequestInfo};

use crate::{
    OrdersWrite,
    cart::{cart_query::CartQuery, cart_view::CartView},
    shopping::{
        carts::{CartCall, Start},
        shopper::Shopper,
    },
};

/// Which codes, of which cart.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemovedCoupons {
    /// This one only; all when left out.
    pub code: Option<CartCode>,
    /// Of the user's cart with prices in this currency; that of the organisation when left out.
    pub currency: Option<Currency>,
}

/// Remove coupons from the cart
///
/// The one that `code` names, or all of them.
#[utoipa::path(
    delete, path = "/api/v1/cart/coupons",
    responses((status = 200, body = Envelope<CartView>), (status = 409, description = "CART_CLOSED, CONFLICT"))
)]
pub async fn remove_cart_coupons(
    State(api): State<Api>,
    shopper: Shopper<OrdersWrite>,
    info: RequestInfo,
    key: Optional,
    QueryString(query): QueryString<RemovedCoupons>,
) -> Result<Reply, Problem> {
    let currency = CartQuery { currency: query.currency }.of(&shopper.tenant);
    let call = CartCall { api: &api, shopper: &shopper, info: &info, key: &key, currency };
    let without = |cart: Cart| cart.without_code(query.code.as_ref(), api.now()).map_err(Problem::from);
    call.change(Start::Finds, |cart| ready(without(cart))).await
}
