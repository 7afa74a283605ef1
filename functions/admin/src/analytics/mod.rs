//! What the tenant sells, in short.

pub(crate) mod get_admin_analytics;
