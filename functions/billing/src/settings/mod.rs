//! How a tenant bills.

mod billing_settings;
pub(crate) mod get_billing_settings;
pub(crate) mod replace_billing_settings;
