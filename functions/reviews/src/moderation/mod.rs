//! What staff makes of reviews.

pub(crate) mod approve_product_review;
pub(crate) mod decide;
pub(crate) mod delete_product_review_reply;
pub(crate) mod reject_product_review;
pub(crate) mod set_product_review_reply;
