//! What a shop's people are told: its owner of the stock.

use kernel::Priority;

use crate::{ValueKind, catalogue::MessageKind};

/// What is available of a SKU reached its low mark.
pub const LOW_STOCK: MessageKind = kind!("low_stock", Medium, "name": Text, "sender": Text, "tenant": Text, "sku": Text);
/// Nothing is available of a SKU any more.
pub const OUT_OF_STOCK: MessageKind =
    kind!("out_of_stock", Medium, "name": Text, "sender": Text, "tenant": Text, "sku": Text);
/// A SKU of which nothing was available is available again.
pub const BACK_IN_STOCK: MessageKind =
    kind!("back_in_stock", Low, "name": Text, "sender": Text, "tenant": Text, "sku": Text);
