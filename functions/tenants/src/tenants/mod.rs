//! Tenants: sign-up and lifecycle.

pub(crate) mod convert_tenant;
pub(crate) mod create_tenant;
pub(crate) mod get_current_tenant;
pub(crate) mod get_tenant;
#[cfg(test)]
mod history_tests;
pub(crate) mod own_tenant;
pub(crate) mod reached_tenant;
mod tenant_view;
