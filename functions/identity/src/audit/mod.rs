//! The audit trail, and whether it is as it was written.

pub(crate) mod actions;
pub(crate) mod check_audit_chain;
pub(crate) mod list_audit;
pub(crate) mod list_tenant_audit;
