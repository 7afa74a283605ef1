//! Products from files.

pub(crate) mod get_product_import;
pub(crate) mod import_products;
pub(crate) mod list_product_import_rows;
mod product_import_view;
