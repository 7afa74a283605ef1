//! What the tenant itself has of the platform, and how often it pays for it.

pub(crate) mod get_tenant_balance;
pub(crate) mod get_tenant_billing;
pub(crate) mod replace_tenant_billing;
mod tenant_billing_view;
