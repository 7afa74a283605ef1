//! Models of what is recommended.

pub(crate) mod get_recommendation_model;
pub(crate) mod list_recommendation_models;
pub(crate) mod model_view;
pub(crate) mod train_recommendations;
