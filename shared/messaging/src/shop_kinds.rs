//! What is told of a shop: its owner of the stock, and whoever bought of the order.

use kernel::Priority;

use crate::{ValueKind, catalogue::MessageKind};

/// What is available of a SKU reached its low mark.
pub const LOW_STOCK: MessageKind =
    kind!("low_stock", Medium, "name": Text, "sender": Text, "tenant": Text, "sku": Text);
/// Nothing is available of a SKU any more.
pub const OUT_OF_STOCK: MessageKind =
    kind!("out_of_stock", Medium, "name": Text, "sender": Text, "tenant": Text, "sku": Text);
/// A SKU of which nothing was available is available again.
pub const BACK_IN_STOCK: MessageKind =
    kind!("back_in_stock", Low, "name": Text, "sender": Text, "tenant": Text, "sku": Text);

/// An order is paid, and will be sent.
pub const ORDER_CONFIRMED: MessageKind =
    kind!("order_confirmed", High, "name": Text, "sender": Text, "number": Text, "amount": Money);
/// An order was called off.
pub const ORDER_CANCELLED: MessageKind =
    kind!("order_cancelled", High, "name": Text, "sender": Text, "number": Text, "amount": Money);
/// An order was not paid in time.
pub const ORDER_EXPIRED: MessageKind =
    kind!("order_expired", High, "name": Text, "sender": Text, "number": Text, "amount": Money);
/// Money of an order goes back as it came.
pub const ORDER_REFUNDED: MessageKind =
    kind!("order_refunded", High, "name": Text, "sender": Text, "number": Text, "amount": Money);
/// Money of an order is on the buyer's balance.
pub const ORDER_CREDITED: MessageKind =
    kind!("order_credited", High, "name": Text, "sender": Text, "number": Text, "amount": Money);
/// Something of an order was sent.
pub const ORDER_SHIPPED: MessageKind =
    kind!("order_shipped", Medium, "name": Text, "sender": Text, "number": Text, "pieces": Text);
/// The same, and how the carrier knows it.
pub const ORDER_SHIPPED_TRACKED: MessageKind = kind!(
    "order_shipped_tracked", Medium, "name": Text, "sender": Text, "number": Text, "pieces": Text, "carrier": Text,
    "tracking": Text
);
/// All of an order arrived.
pub const ORDER_DELIVERED: MessageKind = kind!("order_delivered", Medium, "name": Text, "sender": Text, "number": Text);
