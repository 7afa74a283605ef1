//! `PUT /api/v1/cart/address`: who gets the goods, and where.
//!
//! Round trips: as `POST /cart/items`, without those of the SKU.

use std::future::ready;

use axum::extract::State;
use kernel::Email;
use orders::{Cart, DeliveryAddress};
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

/// Who gets the goods, and where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceCartAddress {
    /// Where a guest is written to. A guest needs one to order; a user may leave it out.
    pub email: Option<Email>,
    /// Where the goods go.
    pub address: DeliveryAddress,
}

/// Replace the address of the cart
///
/// A guest is known by it: name, address and e-mail are on the order's invoice. The name has 80 characters at most and no link. A way of shipping that was quoted for another place
/// is to be chosen again.
#[utoipa::path(
    put, path = "/api/v1/cart/address",
    responses((status = 200, body = Envelope<CartView>), (status = 409, description = "CART_CLOSED, CONFLICT"))
)]
pub async fn replace_cart_address(
    State(api): State<Api>,
    shopper: Shopper<OrdersWrite>,
    info: RequestInfo,
    key: Optional,
    QueryString(query): QueryString<CartQuery>,
    Json(body): Json<ReplaceCartAddress>,
) -> Result<Reply, Problem> {
    if !body.address.can_be_greeted() {
        let advice = "it stands in mails: use 1 to 80 characters without a link";
        return Err(Problem::invalid("/address/name", "INVALID_VALUE", advice));
    }
    let currency = query.of(&shopper.tenant);
    let call = CartCall { api: &api, shopper: &shopper, info: &info, key: &key, currency };
    let sent =
        |cart: Cart| cart.delivered_to(body.email.clone(), body.address.clone(), api.now()).map_err(Problem::from);
    call.change(Start::Finds, |cart| ready(sent(cart))).await
}
