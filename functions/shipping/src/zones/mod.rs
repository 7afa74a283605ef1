//! Where a tenant sends to, from where, and what it takes for it.

pub(crate) mod get_shipping_zones;
pub(crate) mod replace_shipping_zones;
mod zones_view;
