//! Tenants, their lifecycle and settings.

#[cfg(test)]
mod golden;
mod history;
mod operator;
mod security;
mod tenant;
mod tenants;

pub use history::HistoryError;
pub use operator::{
    Census, CensusCell, CohortFigures, Directory, DirectoryFilter, DirectoryOrder, Enrolment, Milestone, Seen, Step,
    search_word,
};
pub use security::{LockOut, MfaPolicy, Network, Origin, Proposer, SecurityPolicy, Setting, Violation};
pub use tenant::{Gate, NewTenant, Provisioning, Tenant, TenantError, TenantName, TenantNameError, TenantStatus};
pub use tenants::{SlugTaken, Tenants};
