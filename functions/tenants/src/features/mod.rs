//! What is on in a tenant.

mod feature_settings;
pub(crate) mod get_feature_settings;
pub(crate) mod list_features;
pub(crate) mod replace_feature_settings;
