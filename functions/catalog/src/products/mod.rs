//! Products.

pub(crate) mod archive_product;
pub(crate) mod create_product;
pub(crate) mod delete_product;
pub(crate) mod edit;
pub(crate) mod get_product;
pub(crate) mod list_product_prices;
pub(crate) mod list_products;
pub(crate) mod product_body;
pub(crate) mod product_view;
pub(crate) mod publish_product;
pub(crate) mod replace_product;
#[cfg(test)]
mod sale_tests;
pub(crate) mod sight;
pub(crate) mod update_product;
