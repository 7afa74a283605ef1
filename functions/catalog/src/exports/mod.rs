//! Products as files.

pub(crate) mod create_product_export;
pub(crate) mod download_product_export;
pub(crate) mod export_products;
pub(crate) mod get_product_export;
mod product_export_view;
