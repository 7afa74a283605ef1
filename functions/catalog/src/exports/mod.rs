//! Products as files.

pub(crate) mod export_products;
