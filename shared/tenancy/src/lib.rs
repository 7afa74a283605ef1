//! Tenants, their lifecycle and settings.

#[cfg(test)]
mod golden;
mod history;
mod lifecycle;
mod security;
mod status;
mod tenant;
mod tenants;

pub use history::HistoryError;
pub use security::{LockOut, MfaPolicy, Network, Origin, Proposer, SecurityPolicy, Setting, Violation};
pub use status::{Cancellation, Lifecycle, TenantStatus, TenantSuspension};
pub use tenant::{Gate, NewTenant, Provisioning, Tenant, TenantError, TenantName, TenantNameError};
pub use tenants::{SlugTaken, Tenants};
