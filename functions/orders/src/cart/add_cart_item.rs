//! `POST /api/v1/cart/items`: something is put into a cart, which is made if there is none.
//!
//! Round trips: as `GET /cart`, with one read of the SKU, one query of its product and those of who will buy before, and one transaction of the cart, its
//! pointer and the idempotency row; the reads again for every race that is lost. At the checkout two transactions more, by
//! which the goods are kept anew.

use axum::extract::State;
use catalogue::Products;
use kernel::Sku;
use orders::{Cart, CartError, CartLine, CartQuantity, OrderError};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Needs, Optional, Problem, QueryString, Reply, RequestInfo};

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

/// What is put in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddCartItem {
    /// Which variant, by its SKU.
    pub sku: Sku,
    /// How many more of it, from 1.
    #[schema(value_type = u32, minimum = 1, maximum = 10_000, example = 2)]
    pub quantity: CartQuantity,
}

/// Add an item to the cart
///
/// What is in already grows by the quantity. Without a token and a sign-in a new cart is made, and its `token` is in the answer,
/// once: send it as `X-Cart-Token` from then on. A cart holds 20 different articles, and 10,000 of each.
#[utoipa::path(
    post, path = "/api/v1/cart/items",
    responses(
        (status = 200, body = Envelope<CartView>),
        (status = 201, description = "The cart is new", body = Envelope<CartView>),
        (status = 404, description = "NOT_FOUND: nothing on sale has this SKU, or the token opens no cart"),
        (status = 409, description = "CART_FULL, CART_CLOSED, CART_CURRENCY, CONFLICT; ITEM_UNAVAILABLE: it has no price in the cart's currency")
    )
)]
pub async fn add_cart_item(
    State(api): State<Api>,
    shopper: Shopper<OrdersWrite>,
    info: RequestInfo,
    key: Optional,
    QueryString(query): QueryString<CartQuery>,
    Json(body): Json<AddCartItem>,
) -> Result<Reply, Problem> {
    if body.quantity.get() == 0 {
        return Err(Problem::invalid("/quantity", "INVALID_VALUE", "use 1 to 10000"));
    }
    let currency = query.of(&shopper.tenant);
    let call = CartCall { api: &api, shopper: &shopper, info: &info, key: &key, currency };
    let (api, shopper, body) = (&api, &shopper, &body);
    call.change(Start::Begins, |cart| async move {
        if query.currency.is_some_and(|asked| asked != cart.currency) {
            return Err(CartError::Currency.into());
        }
        let more = line(api, shopper, &cart, (&body.sku, body.quantity.get())).await?;
        Ok(cart.with(more, api.now())?)
    })
    .await
}

/// So many more of what has a SKU, at its price of now.
async fn line<P: Needs>(
    api: &Api,
    shopper: &Shopper<P>,
    cart: &Cart,
    (sku, quantity): (&Sku, u32),
) -> Result<CartLine, Problem> {
    let (products, now) = (Products::new(api.table(), shopper.scope), api.now());
    let unknown = || Problem::not_found().named_at("/sku");
    let (product_id, variant_id) = products.owner_of(sku).await?.ok_or_else(unknown)?;
    let article = products.get(product_id).await?.filter(|article| article.product.is_on_sale(now));
    let article = article.ok_or_else(unknown)?;
    let variant = article.variants.iter().find(|variant| variant.id == variant_id).ok_or_else(unknown)?;
    let all = cart.line(variant_id).map_or(0, |line| line.quantity).saturating_add(quantity);
    let group = Buying::likely_group(api, shopper, cart).await?;
    let offer = offer_of(&article.product, variant, (cart.currency, group.as_ref()), all);
    let offer = offer.ok_or_else(|| OrderError::NoPrice { sku: sku.clone(), currency: cart.currency })?;
    Ok(CartLine { variant_id, product_id, sku: offer.sku, quantity, seen: offer.price, added_at: now })
}
