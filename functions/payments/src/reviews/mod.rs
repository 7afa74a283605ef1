//! What providers said that was set aside for a person, and what people decide about it.

pub(crate) mod decide_review;
pub(crate) mod get_review;
pub(crate) mod list_reviews;
mod review_view;
