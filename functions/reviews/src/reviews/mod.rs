//! Reviews of products themselves.

pub(crate) mod author;
pub(crate) mod create_product_review;
pub(crate) mod delete_product_review;
pub(crate) mod get_product_review;
pub(crate) mod list_product_reviews;
pub(crate) mod purchased;
pub(crate) mod replace_product_review;
pub(crate) mod review_view;
pub(crate) mod tell;
pub(crate) mod writing;
