//! What goods and their prices are called.

pub(crate) mod price_key;
pub(crate) mod sku;
