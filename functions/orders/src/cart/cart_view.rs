//! A cart, as its owner sees it.

use kernel::{CartId, Currency, Email, Money, OrderId, ProductId, Sku, Timestamp, VariantId};
use orders::{
    Cart, CartCode, CartShipping, CartState, CartToken, DeliveryAddress, JudgedLine, LineStatus, OrderTax, PricedOrder,
};
use promotions::{CodeRefusal, CodeRefused};
use serde::Serialize;
use utoipa::ToSchema;

use crate::shopping::{discounts::refusal_of, pricing::Priced, shop_now::ShopNow};

/// As many are told exactly.
const COUNTED_TO: i64 = 10;

/// A cart, as it is now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CartView {
    pub id: CartId,
    /// What opens it, for `X-Cart-Token`: shown once, when a guest's cart is made; null otherwise. Keep it as a password.
    #[schema(example = "crt_01JD2Z3M4N5P6Q7R8S9T0V1W2X_ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0")]
    pub token: Option<String>,
    /// How it stands.
    pub state: CartStateView,
    /// The order that it became; null while it is none.
    pub order_id: Option<OrderId>,
    pub currency: Currency,
    /// What is wanted, in the order in which it was put in.
    pub items: Vec<CartItemView>,
    /// The codes of promotions that were typed in.
    pub codes: Vec<CartCode>,
    /// Those of them that take nothing off, and why.
    pub refused_codes: Vec<RefusedCodeView>,
    /// Where a guest is written to; null until it is given.
    pub email: Option<Email>,
    /// Where the goods go; null until it is given.
    pub address: Option<DeliveryAddress>,
    /// How they get there; null until it is chosen.
    pub shipping: Option<CartShippingView>,
    /// What it costs; null where that is more than can be ordered at once. What is not on sale is not counted.
    pub totals: Option<OrderTotalsView>,
    /// Until when the goods are kept for it; null where they are not.
    pub reserved_until: Option<Timestamp>,
    /// When it is gone, unless it is changed before.
    pub expires_at: Timestamp,
}

/// A code that takes nothing off.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefusedCode)]
pub struct RefusedCodeView {
    pub code: CartCode,
    /// Why.
    pub reason: CodeRefusal,
}

impl RefusedCodeView {
    fn of(code: &CartCode, refused: &[CodeRefused]) -> Option<Self> {
        let reason = refusal_of(code.as_str(), refused)?;
        Some(Self { code: code.clone(), reason })
    }
}

/// How a cart stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CartStatus)]
pub enum CartStateView {
    /// It may be changed and ordered.
    Open,
    /// It became an order.
    Ordered,
    /// What was in it is in another one.
    Merged,
}

/// So many of one variant.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CartItemView {
    /// Which variant; its line has the same id.
    pub id: VariantId,
    pub product_id: ProductId,
    pub sku: Sku,
    /// The name of the product; null when it is not on sale.
    #[schema(example = "Batik shirt")]
    pub title: Option<String>,
    /// Which choice of the product it is.
    pub options: Vec<String>,
    pub quantity: u32,
    /// How it stands.
    pub status: CartItemStatus,
    /// What one costs now; what it cost last when it is not on sale.
    pub unit_price: Money,
    /// Whether one costs something else than when the line was last changed.
    pub price_changed: bool,
    /// What one cost when the line was last changed.
    pub previous_unit_price: Money,
    /// What all of them cost before discounts; null where that is beyond what can be counted.
    pub amount: Option<Money>,
    /// How many of those that are wanted there are for this cart, counted up to ten: how many the shop has is not told.
    #[schema(minimum = 0, maximum = 10, example = 2)]
    pub available: i64,
}

/// How a line of a cart stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CartItemStatus {
    /// It can be ordered.
    Ok,
    /// It can be ordered, for another price than when it was last changed.
    PriceChanged,
    /// There are fewer.
    Insufficient,
    /// It is not on sale.
    Unavailable,
}

/// How goods get to their buyer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ShippingWay)]
pub struct CartShippingView {
    /// How: `pickup` or `carrier`.
    #[schema(example = "pickup")]
    pub method: &'static str,
    /// Who brings them; null where they are collected.
    pub carrier: Option<String>,
    /// By which of the carrier's services.
    pub service: Option<String>,
    /// What that costs.
    pub price: Money,
}

/// What something costs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OrderTotals)]
pub struct OrderTotalsView {
    /// The goods before discounts.
    pub subtotal: Money,
    /// What promotions take off the goods.
    pub discount: Money,
    /// The shipping before its discount.
    pub shipping: Money,
    /// What promotions take off the shipping.
    pub shipping_discount: Money,
    /// The taxes, one for each rate.
    pub taxes: Vec<OrderTaxView>,
    /// All of it: what `expectedTotal` is to be.
    pub total: Money,
}

/// One tax.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OrderTaxAmount)]
pub struct OrderTaxView {
    /// Its name.
    #[schema(example = "PPN")]
    pub label: String,
    /// What part of the price it is, in hundredths of a percent.
    #[schema(example = 1_100)]
    pub rate_basis_points: u32,
    /// Whether the prices hold it; otherwise it comes on top.
    pub included: bool,
    pub amount: Money,
}

impl CartView {
    /// A cart as it is now; `priced` is none where it costs too much.
    pub(crate) fn of(
        cart: &Cart,
        (shop, refused): (&ShopNow, &[CodeRefused]),
        priced: Option<&Priced>,
        now: Timestamp,
    ) -> Self {
        let (state, order_id) = match cart.state {
            CartState::Open => (CartStateView::Open, None),
            CartState::Ordered { order } => (CartStateView::Ordered, Some(order)),
            CartState::Merged { .. } => (CartStateView::Merged, None),
        };
        Self {
            id: cart.id,
            token: None,
            state,
            order_id,
            currency: cart.currency,
            items: shop.lines.iter().map(CartItemView::from).collect(),
            codes: cart.codes.clone(),
            refused_codes: cart.codes.iter().filter_map(|code| RefusedCodeView::of(code, refused)).collect(),
            email: cart.email.clone(),
            address: cart.delivery.clone(),
            shipping: cart.shipping.as_ref().map(|way| CartShippingView::of(way, cart.currency)),
            totals: priced.map(|priced| OrderTotalsView::from(&priced.order)),
            reserved_until: shop.kept(now).filter(|_| state == CartStateView::Open).map(|kept| kept.expires_at),
            expires_at: cart.ends_at(),
        }
    }

    /// With the token of a cart that is made now.
    pub(crate) fn with_token(self, token: Option<&CartToken>) -> Self {
        Self { token: token.map(|token| token.text().expose().clone()), ..self }
    }
}

impl From<&JudgedLine> for CartItemView {
    fn from(judged: &JudgedLine) -> Self {
        let offer = judged.offer.as_ref();
        Self {
            id: judged.line.variant_id,
            product_id: judged.line.product_id,
            sku: offer.map_or_else(|| judged.line.sku.clone(), |offer| offer.sku.clone()),
            title: offer.map(|offer| offer.title.clone()),
            options: offer.map(|offer| offer.options.clone()).unwrap_or_default(),
            quantity: judged.line.quantity,
            status: match judged.status {
                LineStatus::Ok => CartItemStatus::Ok,
                LineStatus::PriceChanged => CartItemStatus::PriceChanged,
                LineStatus::Insufficient => CartItemStatus::Insufficient,
                LineStatus::Unavailable => CartItemStatus::Unavailable,
            },
            unit_price: judged.unit(),
            price_changed: judged.is_price_changed(),
            previous_unit_price: judged.line.seen,
            amount: judged.amount(),
            available: judged.available.min(i64::from(judged.line.quantity)).clamp(0, COUNTED_TO),
        }
    }
}

impl CartShippingView {
    /// A way of shipping.
    pub(crate) fn of(way: &CartShipping, currency: Currency) -> Self {
        let price = way.price(currency);
        match way {
            CartShipping::Pickup => Self { method: "pickup", carrier: None, service: None, price },
            CartShipping::Carrier { carrier, service, .. } => {
                Self { method: "carrier", carrier: Some(carrier.clone()), service: Some(service.clone()), price }
            }
        }
    }
}

impl From<&PricedOrder> for OrderTotalsView {
    fn from(priced: &PricedOrder) -> Self {
        Self {
            subtotal: priced.subtotal,
            discount: priced.discount,
            shipping: priced.shipping_price,
            shipping_discount: priced.shipping_discount,
            taxes: priced.taxes.iter().map(OrderTaxView::from).collect(),
            total: priced.total,
        }
    }
}

impl From<&OrderTax> for OrderTaxView {
    fn from(tax: &OrderTax) -> Self {
        let rate_basis_points = tax.rate.as_basis_points();
        Self { label: tax.label.clone(), rate_basis_points, included: tax.included, amount: tax.amount }
    }
}
