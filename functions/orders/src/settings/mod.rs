//! How a tenant takes orders.

pub(crate) mod get_order_settings;
pub(crate) mod order_settings;
pub(crate) mod replace_order_settings;
