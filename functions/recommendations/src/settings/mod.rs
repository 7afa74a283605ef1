//! How a tenant's shop learns.

pub(crate) mod get_recommendation_settings;
pub(crate) mod replace_recommendation_settings;
