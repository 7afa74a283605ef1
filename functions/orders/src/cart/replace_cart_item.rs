//! `PUT /api/v1/cart/items/{id}`: so many of a variant, or none.
//!
//! Round trips: as `POST /cart/items`.

use axum::extract::State;
use catalogue::Products;
use kernel::VariantId;
use orders::{Cart, CartError, CartLine, CartQuantity, OrderError};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Envelope, Id, Json, Needs, Optional, Problem, QueryString, Reply, RequestInfo};

use crate::{
    OrdersWrite,
    cart::{cart_query::CartQuery, cart_view::CartView},
    shopping::{
        buying::Buying,
        carts::{CartCall, Start},
        shop_now::offer_of,
        shopper::Shopper,
    },
};

/// How many there are to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceCartItem {
    /// How many; 0 takes the line away.
    pub quantity: CartQuantity,
}

/// Replace an item of the cart
///
/// With another quantity; 0 takes it out. Its price of now is what a later change is compared with.
#[utoipa::path(
    put, path = "/api/v1/cart/items/{id}",
    responses(
        (status = 200, body = Envelope<CartView>),
        (status = 409, description = "CART_CLOSED, CONFLICT; ITEM_UNAVAILABLE: it is not on sale any more, or has no price in the cart's currency")
    )
)]
pub async fn replace_cart_item(
    State(api): State<Api>,
    shopper: Shopper<OrdersWrite>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<VariantId>,
    QueryString(query): QueryString<CartQuery>,
    Json(body): Json<ReplaceCartItem>,
) -> Result<Reply, Problem> {
    let currency = query.of(&shopper.tenant);
    let call = CartCall { api: &api, shopper: &shopper, info: &info, key: &key, currency };
    let (api, shopper, body) = (&api, &shopper, &body);
    call.change(Start::Finds, |cart| async move {
        let line = counted(api, shopper, &cart, (id, body.quantity.get())).await?;
        Ok(cart.counted(line, api.now())?)
    })
    .await
}

/// A line with another quantity, at its price of now.
async fn counted<P: Needs>(
    api: &Api,
    shopper: &Shopper<P>,
    cart: &Cart,
    (id, quantity): (VariantId, u32),
) -> Result<CartLine, Problem> {
    let line = cart.line(id).cloned().ok_or(CartError::NoLine)?;
    if quantity == 0 {
        return Ok(CartLine { quantity, ..line });
    }
    let article = Products::new(api.table(), shopper.scope).get(line.product_id).await?;
    let gone = || OrderError::Unavailable { sku: line.sku.clone() };
    let article = article.filter(|article| article.product.is_on_sale(api.now())).ok_or_else(gone)?;
    let variant = article.variants.iter().find(|variant| variant.id == id).ok_or_else(gone)?;
    let group = Buying::likely_group(api, shopper, cart).await?;
    let offer = offer_of(&article.product, variant, (cart.currency, group.as_ref()), quantity);
    let offer = offer.ok_or_else(|| OrderError::NoPrice { sku: variant.sku.clone(), currency: cart.currency })?;
    Ok(CartLine { quantity, sku: offer.sku, seen: offer.price, ..line })
}
