//! Tenants, their lifecycle and settings.

#[cfg(test)]
mod golden;
mod history;
mod lifecycle;
pub mod limits;
mod operator;
mod privacy;
mod security;
mod status;
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
pub use status::{Cancellation, Lifecycle, TenantStatus, TenantSuspension};
pub use tenant::{Gate, NewTenant, Provisioning, Tenant, TenantError, TenantName, TenantNameError};
pub use tenants::{SlugTaken, Tenants};
