//! What was sent of an order and what came back, as callers see it.

use kernel::{CreditNoteId, Money, RefundId, Timestamp};
use orders::{DispatchReference, OrderDispatch, OrderPieces, OrderReturn};
use serde::Serialize;
use utoipa::ToSchema;

/// Goods of an order that were sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderFulfilmentView {
    /// The how many-th of the order, from 1.
    #[schema(example = 1)]
    pub number: u32,
    /// What was sent.
    pub items: Vec<OrderPieces>,
    /// Who carries it.
    pub carrier: Option<DispatchReference>,
    /// The number by which the carrier knows it.
    pub tracking_number: Option<DispatchReference>,
    /// The shipment whose label was bought for it.
    pub shipment_id: Option<DispatchReference>,
    /// When.
    pub sent_at: Timestamp,
}

/// Goods of an order that came back.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderReturnView {
    /// The how many-th of the order, from 1.
    #[schema(example = 1)]
    pub number: u32,
    /// What came back.
    pub items: Vec<OrderPieces>,
    /// Whether it can be sold again.
    #[schema(example = true)]
    pub restocked: bool,
    /// What the buyer gets for it: what was paid for these pieces.
    pub refunded: Money,
    /// What takes it back of the invoice; null where the pieces had cost nothing.
    pub credit_note_id: Option<CreditNoteId>,
    /// What pays it out; null where it stays on the buyer's balance.
    pub refund_id: Option<RefundId>,
    /// When.
    pub returned_at: Timestamp,
}

impl From<OrderDispatch> for OrderFulfilmentView {
    fn from(sent: OrderDispatch) -> Self {
        let OrderDispatch { order_id: _, number, pieces, carrier, tracking_number, shipment_id, sent_at } = sent;
        Self { number, items: pieces, carrier, tracking_number, shipment_id, sent_at }
    }
}

impl From<OrderReturn> for OrderReturnView {
    fn from(returned: OrderReturn) -> Self {
        let OrderReturn { order_id: _, number, pieces, restocked, refunded, credit_note_id, refund_id, returned_at } =
            returned;
        Self { number, items: pieces, restocked, refunded, credit_note_id, refund_id, returned_at }
    }
}
