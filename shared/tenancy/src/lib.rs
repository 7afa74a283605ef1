//! Tenants, their lifecycle and settings.

#[cfg(test)]
mod golden;
mod history;
pub mod limits;
mod security;
mod tenant;
mod tenants;

pub use history::HistoryError;
pub use security::{LockOut, MfaPolicy, Network, Origin, Proposer, SecurityPolicy, Setting, Violation};
pub use tenant::{Gate, NewTenant, Provisioning, Tenant, TenantError, TenantName, TenantNameError, TenantStatus};
pub use tenants::{SlugTaken, Tenants};
