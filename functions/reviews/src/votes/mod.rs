//! What others say of a review.

pub(crate) mod mark_product_review_helpful;
pub(crate) mod report_product_review;
