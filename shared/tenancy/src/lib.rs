//! Tenants, their lifecycle and settings.

mod security;
mod tenant;
mod tenants;

pub use security::{LockOut, MfaPolicy, Network, Origin, Proposer, SecurityPolicy, Setting, Violation};
pub use tenant::{Gate, NewTenant, Provisioning, Tenant, TenantError, TenantName, TenantNameError, TenantStatus};
pub use tenants::{SlugTaken, Tenants};
