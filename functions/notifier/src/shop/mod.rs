//! What is told of a shop: of its stock, and of what becomes of its orders.

pub(crate) mod orders;
pub(crate) mod stock;
