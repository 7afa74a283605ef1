//! What is found.

pub(crate) mod asked;
pub(crate) mod facet_view;
pub(crate) mod hit_view;
pub(crate) mod search_products;
pub(crate) mod suggest_products;
