//! Events about orders. Of several about one order, the one with the higher version is the later one; an order that is placed
//! and confirmed at once has both of its first version.

use kernel::{CustomerId, InvoiceId, Money, OrderId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// Somebody ordered goods. They are kept, and its invoice is to be paid, unless nothing was left to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderPlaced {
    /// Which order.
    pub order_id: OrderId,
    /// Its number, for people.
    pub number: String,
    /// Who bought.
    pub customer_id: CustomerId,
    /// The invoice that it is paid by.
    pub invoice_id: InvoiceId,
    /// What all of it costs.
    pub total: Money,
}

/// An order is paid, or cost nothing: its goods are to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderConfirmed {
    /// Which order.
    pub order_id: OrderId,
    /// Its number, for people.
    pub number: String,
    /// Who bought.
    pub customer_id: CustomerId,
    /// What all of it costs.
    pub total: Money,
}

impl Payload for OrderPlaced {
    const NAME: &'static str = "order.placed";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = OrderId;

    fn subject(&self) -> OrderId {
        self.order_id
    }
}

impl Payload for OrderConfirmed {
    const NAME: &'static str = "order.confirmed";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = OrderId;

    fn subject(&self) -> OrderId {
        self.order_id
    }
}
