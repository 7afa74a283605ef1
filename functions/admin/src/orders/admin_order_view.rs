//! An order in a list for staff.

use kernel::{CustomerId, InvoiceId, Money, OrderId, Sku, Timestamp};
use orders::{Order, OrderFulfilment, OrderPayment, OrderStatus};
use serde::Serialize;
use utoipa::ToSchema;

/// An order, in short; all of it is at `/orders/{id}`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdminOrderView {
    pub id: OrderId,
    /// Its number, for people.
    #[schema(example = "ORD-2026-00001")]
    pub number: String,
    pub status: OrderStatus,
    pub payment_status: OrderPayment,
    pub fulfilment_status: OrderFulfilment,
    pub customer_id: CustomerId,
    /// The invoice that it is paid by.
    pub invoice_id: InvoiceId,
    pub total: Money,
    /// What is in it.
    pub skus: Vec<Sku>,
    pub placed_at: Timestamp,
}

impl From<&Order> for AdminOrderView {
    fn from(order: &Order) -> Self {
        Self {
            id: order.id,
            number: order.number.to_string(),
            status: order.status,
            payment_status: order.payment,
            fulfilment_status: order.fulfilment,
            customer_id: order.customer_id,
            invoice_id: order.invoice_id,
            total: order.total,
            skus: order.lines.iter().map(|line| line.sku.clone()).collect(),
            placed_at: order.placed_at,
        }
    }
}
