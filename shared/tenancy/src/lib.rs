//! Tenants, their lifecycle and settings.

#[cfg(test)]
mod golden;
mod history;
mod operator;
mod privacy;
mod security;
mod tenant;
mod tenants;

pub use history::HistoryError;
pub use operator::{
    Census, CensusCell, CohortFigures, Directory, DirectoryFilter, DirectoryOrder, Enlisted, Milestone, MilestoneStep,
    Seen, search_word,
};
pub use privacy::{
    ExportError, ExportPart, ExportState, ExportStatus, Fate, KINDS, Position, RowKind, Span, TenantExport,
    TenantExports, Walker, kind_of,
};
pub use security::{LockOut, MfaPolicy, Network, Origin, Proposer, SecurityPolicy, Setting, Violation};
pub use tenant::{Gate, NewTenant, Provisioning, Tenant, TenantError, TenantName, TenantNameError, TenantStatus};
pub use tenants::{SlugTaken, Tenants};
