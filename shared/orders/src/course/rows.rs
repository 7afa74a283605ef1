//! What was sent of an order, and what came back, each time.

use kernel::{CreditNoteId, Money, OrderId, RefundId, Sku, Timestamp, fits_on_a_line};
use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

/// So many pieces of a SKU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderPieces {
    /// Of which SKU, as the order calls it.
    pub sku: Sku,
    /// How many.
    #[schema(minimum = 1, example = 2)]
    pub quantity: u32,
}

/// Who carries something, or the number by which they know it: 1 to 100 characters on one line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "Who carries it, or the number by which they know it: one line",
    value_type = String, format = "trimmed-plain-line", min_length = 1, max_length = 100, example = "JNE"
)]
pub struct DispatchReference(String);

impl TryFrom<String> for DispatchReference {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let refusal = "use 1 to 100 characters on one line, without blanks around them and invisible ones";
        if fits_on_a_line(&text, 100) { Ok(Self(text)) } else { Err(refusal) }
    }
}

impl From<DispatchReference> for String {
    fn from(word: DispatchReference) -> Self {
        word.0
    }
}

/// Goods of an order that were sent. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderDispatch {
    /// Of which order.
    pub order_id: OrderId,
    /// The how many-th of the order, from 1.
    pub number: u32,
    /// What was sent.
    pub pieces: Vec<OrderPieces>,
    /// Who carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<DispatchReference>,
    /// The number by which the carrier knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<DispatchReference>,
    /// The shipment whose label was bought for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment_id: Option<DispatchReference>,
    /// When.
    pub sent_at: Timestamp,
}

/// Goods of an order that came back. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderReturn {
    /// Of which order.
    pub order_id: OrderId,
    /// The how many-th of the order, from 1.
    pub number: u32,
    /// What came back.
    pub pieces: Vec<OrderPieces>,
    /// Whether it can be sold again.
    pub restocked: bool,
    /// What the buyer gets for it.
    pub refunded: Money,
    /// What takes it back of the invoice; none where it had cost nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_note_id: Option<CreditNoteId>,
    /// What pays it out; none where it stays on the buyer's balance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_id: Option<RefundId>,
    /// When.
    pub returned_at: Timestamp,
}

impl Record for OrderDispatch {
    const ROWS: &'static [&'static str] = &["ORD#{order} / SENT#{number}"];
}

impl Record for OrderReturn {
    const ROWS: &'static [&'static str] = &["ORD#{order} / RETURN#{number}"];
}
