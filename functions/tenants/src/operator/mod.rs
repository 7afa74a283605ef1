//! What the platform's operator sees of all tenants.

pub(crate) mod get_tenant_analytics;
pub(crate) mod list_tenants;
mod tenant_analytics;
