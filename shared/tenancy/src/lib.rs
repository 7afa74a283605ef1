//! Tenants, their lifecycle and settings.

mod domains;
#[cfg(test)]
mod golden;
mod history;
mod lifecycle;
pub mod limits;
mod operator;
mod privacy;
mod provisioning;
mod security;
mod settings;
mod settled_tenant;
mod snapshots;
mod status;
mod tenant;
mod tenant_name;
mod tenants;

pub use domains::{
    custom_domain::{CustomDomain, DomainCheck, DomainError, DomainStatus, MAX_DOMAINS},
    dns::{DnsError, challenge_records},
    domain_name::{DomainName, DomainNameError},
    repo::{CustomDomains, DomainTaken, NamedDomains},
};
pub use history::HistoryError;
pub use operator::{
    Census, CensusCell, CohortFigures, Directory, DirectoryFilter, DirectoryOrder, Enlisted, LimitFigures, LimitLevel,
    LimitStep, Milestone, MilestoneStep, Seen, search_word,
};
pub use privacy::{
    Blind, ERASED_AFTER, Erasure, ErasureError, ErasureStep, ExportError, ExportPart, ExportRoom, ExportState,
    ExportStatus, Fate, KINDS, Position, RowKind, ScheduledErasure, Span, TenantErasure, TenantErasures, TenantExport,
    TenantExports, WalkPurpose, Walker, below, kind_of,
};
pub use provisioning::{
    Provisioning, ProvisioningStatus, ProvisioningStep, Provisionings, RoundEnd, SealedMark, StepFault, StepName,
    StepStatus, StorageMark,
};
pub use security::{LockOut, MfaPolicy, Network, Origin, Proposer, SecurityPolicy, Setting, Violation};
pub use settings::{
    branding::{BrandFooter, Branding},
    changes::{SettingChange, changes},
    compliance::{Compliance, effective_security},
    features::{
        FeatureFault, FeatureFlag, Features, FlagKey, FlagNote, MAX_FLAG_ROLES, MAX_FLAGS, Parts, PlatformPart, Rollout,
    },
    logo::{LogoDigest, logo_path, logo_url},
    support_url::SupportUrl,
};
pub use snapshots::{KEPT_EVERY, forget_history, tenant_at};
pub use status::{Cancellation, Lifecycle, TenantStatus, TenantSuspension};
pub use tenant::{ClosedFor, Gate, NewTenant, SetUp, Tenant, TenantError};
pub use tenant_name::{TenantName, TenantNameError};
pub use tenants::{SlugTaken, Tenants};
