//! How a tenant takes reviews.

pub(crate) mod get_product_review_settings;
pub(crate) mod replace_product_review_settings;
pub(crate) mod review_settings;
