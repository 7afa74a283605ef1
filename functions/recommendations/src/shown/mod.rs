//! What is recommended.

pub(crate) mod asked;
pub(crate) mod filling;
pub(crate) mod get_product_recommendations;
pub(crate) mod get_user_recommendations;
pub(crate) mod recommendation_view;
pub(crate) mod served;
pub(crate) mod whose;
