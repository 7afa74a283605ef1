//! The set-up of a tenant.

pub(crate) mod provision_tenant;
pub(crate) mod provisioning_view;
