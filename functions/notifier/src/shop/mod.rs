//! What is told of a shop: of its stock, of what becomes of its orders, and of reviews.

pub(crate) mod orders;
pub(crate) mod reviews;
pub(crate) mod stock;
