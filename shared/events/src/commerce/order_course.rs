//! Events about what becomes of an order after it was placed.

use kernel::{CreditNoteId, CustomerId, InvoiceId, Money, OrderId, RefundId, Sku};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// What every event about the course of an order tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderCourseFacts {
    /// Which order.
    pub order_id: OrderId,
    /// Its number, for people.
    pub number: String,
    /// Who bought.
    pub customer_id: CustomerId,
    /// By which invoice it is paid.
    pub invoice_id: InvoiceId,
    /// What all of it costs.
    pub total: Money,
}

/// So many pieces of a SKU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ToldPieces {
    /// Of which SKU.
    pub sku: Sku,
    /// How many.
    pub quantity: u32,
}

/// The order was called off: whole, or what was not yet sent of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderCancelled {
    /// Which order.
    pub order_id: OrderId,
    /// Its number, for people.
    pub number: String,
    /// Who bought.
    pub customer_id: CustomerId,
    /// By which invoice it is paid.
    pub invoice_id: InvoiceId,
    /// What all of it costs, also what was sent of it.
    pub total: Money,
    /// What was called off.
    #[serde(default)]
    pub items: Vec<ToldPieces>,
    /// Whether nothing of it was sent: all of it is called off.
    #[serde(default = "whole")]
    pub complete: bool,
}

/// What was told before this could be told apart was mostly of whole orders.
const fn whole() -> bool {
    true
}

/// The order was not paid in time, and is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderExpired(pub OrderCourseFacts);

/// All of the order has arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderDelivered(pub OrderCourseFacts);

/// Goods of the order were sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderFulfilled {
    /// Which order.
    pub order_id: OrderId,
    /// Its number, for people.
    pub number: String,
    /// Who bought.
    pub customer_id: CustomerId,
    /// The how many-th time that something was sent of it, from 1.
    pub fulfilment: u32,
    /// What was sent.
    pub items: Vec<ToldPieces>,
    /// Who carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The number by which the carrier knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    /// Whether nothing of the order is left to be sent.
    pub complete: bool,
}

/// Goods of the order came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderReturned {
    /// Which order.
    pub order_id: OrderId,
    /// Its number, for people.
    pub number: String,
    /// Who bought.
    pub customer_id: CustomerId,
    /// The how many-th time that something of it came back, from 1.
    pub order_return: u32,
    /// What came back.
    pub items: Vec<ToldPieces>,
    /// Whether it can be sold again.
    pub restocked: bool,
    /// What the buyer gets for it.
    pub refunded: Money,
}

/// Money of an order goes back to its buyer: for goods that came back, for an order that was called off, or because it came when
/// the order was over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderRefunded {
    /// Which order.
    pub order_id: OrderId,
    /// Its number, for people.
    pub number: String,
    /// Who bought.
    pub customer_id: CustomerId,
    /// How much.
    pub amount: Money,
    /// The refund by which it goes back as it came; none where it stays on the buyer's balance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_id: Option<RefundId>,
    /// The credit note that takes it back of the invoice; none where the invoice was void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_note_id: Option<CreditNoteId>,
}

impl Payload for OrderCancelled {
    const NAME: &'static str = "order.cancelled";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = OrderId;

    fn subject(&self) -> OrderId {
        self.order_id
    }
}

impl Payload for OrderExpired {
    const NAME: &'static str = "order.expired";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = OrderId;

    fn subject(&self) -> OrderId {
        self.0.order_id
    }
}

impl Payload for OrderDelivered {
    const NAME: &'static str = "order.delivered";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = OrderId;

    fn subject(&self) -> OrderId {
        self.0.order_id
    }
}

impl Payload for OrderFulfilled {
    const NAME: &'static str = "order.fulfilled";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = OrderId;

    fn subject(&self) -> OrderId {
        self.order_id
    }
}

impl Payload for OrderReturned {
    const NAME: &'static str = "order.returned";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = OrderId;

    fn subject(&self) -> OrderId {
        self.order_id
    }
}

impl Payload for OrderRefunded {
    const NAME: &'static str = "order.refunded";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = OrderId;

    fn subject(&self) -> OrderId {
        self.order_id
    }
}
