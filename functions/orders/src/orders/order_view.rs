//! An order, as its buyer and the shop see it.

use billing::{PayLink, PayLinks};
use kernel::{CartId, Currency, CustomerId, Email, InvoiceId, Money, OrderId, ProductId, Sku, Timestamp, VariantId};
use orders::{
    DeliveryAddress, Order, OrderFulfilment, OrderLine, OrderPayment, OrderPromotion, OrderStatus, OrderStep,
};
use serde::Serialize;
use tenancy::Tenant;
use utoipa::ToSchema;
use web::Api;

use crate::cart::cart_view::{CartShippingView, OrderTaxView, OrderTotalsView};

/// An order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    pub id: OrderId,
    /// Its number, for people.
    #[schema(example = "ORD-2026-00001")]
    pub number: String,
    pub status: OrderStatus,
    pub payment_status: OrderPayment,
    pub fulfilment_status: OrderFulfilment,
    pub customer_id: CustomerId,
    pub cart_id: CartId,
    /// The invoice that it is paid by.
    pub invoice_id: InvoiceId,
    /// The page where it is paid without an account; null when nothing is to be paid any more.
    #[schema(
        format = "uri",
        example = "https://api.example.com/pay/yjV-J7QSsjOFf6rGQo96ehgXkNDHD2gbRP1GV8e-OwRd-gA1qGu5d0DbcEPTeuQD"
    )]
    pub pay_url: Option<String>,
    /// Until when it is to be paid; null where nothing was to be paid.
    pub pay_by: Option<Timestamp>,
    pub currency: Currency,
    /// What was bought.
    pub items: Vec<OrderItemView>,
    /// What promotions took off.
    pub promotions: Vec<OrderPromotionView>,
    pub shipping: CartShippingView,
    pub totals: OrderTotalsView,
    /// Where the buyer is written to; null where that is the customer's own address.
    pub email: Option<Email>,
    /// Where the goods go; null where they are collected and nobody said.
    pub address: Option<DeliveryAddress>,
    /// How it came to stand as it does, oldest first.
    pub history: Vec<OrderStepView>,
    pub placed_at: Timestamp,
    pub updated_at: Timestamp,
}

/// So many of one variant, as it was bought.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderItemView {
    /// Which variant; its line has the same id.
    pub id: VariantId,
    pub product_id: ProductId,
    pub sku: Sku,
    /// The name of the product.
    #[schema(example = "Batik shirt")]
    pub title: String,
    /// Which choice of the product it was.
    pub options: Vec<String>,
    pub quantity: u32,
    /// What one cost before its discount.
    pub unit_price: Money,
    /// What promotions took off all of them.
    pub discount: Money,
    /// The taxes that came on top of them.
    pub tax_on_top: Money,
    /// What was paid for all of them.
    pub total: Money,
}

/// What a promotion took off.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OrderPromotionTaken)]
pub struct OrderPromotionView {
    /// Which promotion.
    #[schema(example = "prm_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub promotion_id: String,
    /// The code that brought it; null where it needs none.
    #[schema(example = "HEMAT10")]
    pub code: Option<String>,
    pub amount: Money,
}

/// When an order came to stand so.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OrderHistoryStep)]
pub struct OrderStepView {
    pub status: OrderStatus,
    pub at: Timestamp,
}

impl OrderView {
    /// An order of a tenant, with the address of the page where it is paid.
    pub(crate) fn of(api: &Api, seller: &Tenant, order: &Order) -> Self {
        let to_pay = order.status == OrderStatus::PendingPayment;
        let pay_url = if to_pay { pay_url(api, seller, order.invoice_id) } else { None };
        Self {
            id: order.id,
            number: order.number.to_string(),
            status: order.status,
            payment_status: order.payment,
            fulfilment_status: order.fulfilment,
            customer_id: order.customer_id,
            cart_id: order.cart_id,
            invoice_id: order.invoice_id,
            pay_url,
            pay_by: order.pay_by,
            currency: order.currency,
            items: order.lines.iter().map(OrderItemView::from).collect(),
            promotions: order.promotions.iter().map(OrderPromotionView::from).collect(),
            shipping: CartShippingView::of(&order.shipping, order.currency),
            totals: OrderTotalsView {
                subtotal: order.subtotal,
                discount: order.discount,
                shipping: order.shipping_price,
                shipping_discount: order.shipping_discount,
                taxes: order.taxes.iter().map(OrderTaxView::from).collect(),
                total: order.total,
            },
            email: order.email.clone(),
            address: order.delivery.clone(),
            history: order.history.iter().map(OrderStepView::from).collect(),
            placed_at: order.placed_at,
            updated_at: order.updated_at,
        }
    }
}

fn pay_url(api: &Api, seller: &Tenant, invoice: InvoiceId) -> Option<String> {
    let links = PayLinks::new(|purpose| api.ports().keys.derive(purpose));
    links.url(&seller.base_url(&api.config().public_url), PayLink { tenant: seller.id, invoice })
}

impl From<&OrderLine> for OrderItemView {
    fn from(line: &OrderLine) -> Self {
        Self {
            id: line.variant_id,
            product_id: line.product_id,
            sku: line.sku.clone(),
            title: line.title.clone(),
            options: line.options.clone(),
            quantity: line.quantity,
            unit_price: line.unit,
            discount: line.discount,
            tax_on_top: line.tax_on_top,
            // An order is not placed where this is beyond what can be counted.
            total: line.paid().unwrap_or(Money::zero(line.unit.currency())),
        }
    }
}

impl From<&OrderPromotion> for OrderPromotionView {
    fn from(taken: &OrderPromotion) -> Self {
        Self { promotion_id: taken.promotion.clone(), code: taken.code.clone(), amount: taken.amount }
    }
}

impl From<&OrderStep> for OrderStepView {
    fn from(step: &OrderStep) -> Self {
        Self { status: step.status, at: step.at }
    }
}
