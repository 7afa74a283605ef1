//! How a tenant looks.

mod branding_settings;
pub(crate) mod get_brand_logo;
pub(crate) mod get_branding_settings;
mod picture;
pub(crate) mod replace_branding_settings;
