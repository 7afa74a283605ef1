//! What the reviews of products come to.

pub(crate) mod average_view;
pub(crate) mod get_product_review_average;
pub(crate) mod list_product_review_averages;
