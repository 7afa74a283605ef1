//! The edges of a tenant's life that others than time decide.

pub(crate) mod activate_tenant;
pub(crate) mod cancel_tenant;
pub(crate) mod suspend_tenant;
