//! What a tenant settles for itself beside its security.

mod branding_settings;
mod feature_settings;
pub(crate) mod get_brand_logo;
pub(crate) mod get_branding_settings;
pub(crate) mod get_compliance_settings;
pub(crate) mod get_feature_settings;
pub(crate) mod list_features;
mod picture;
pub(crate) mod replace_branding_settings;
pub(crate) mod replace_compliance_settings;
pub(crate) mod replace_feature_settings;
mod section;
