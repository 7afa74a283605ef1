//! What a tenant's plan limits, and how much of it is used.

pub(crate) mod get_tenant_usage;
