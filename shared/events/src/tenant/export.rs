//! The export of all that a tenant has: asked for, worked on, ready.

use kernel::{TenantExportId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// An export waits for its next turn of work: it was asked for, or a turn ended before all was done. The version says which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantExportContinued {
    /// Which export.
    pub export_id: TenantExportId,
}

impl Payload for TenantExportContinued {
    const NAME: &'static str = "tenant_export.continued";
    const AUDIENCE: Audience = Audience::Internal;
    type Subject = TenantExportId;

    fn subject(&self) -> TenantExportId {
        self.export_id
    }
}

/// Somebody asked for an archive of all that the tenant has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantExportRequested {
    /// Which export.
    pub export_id: TenantExportId,
    /// Who asked for it: one of the tenant's administrators, or the platform's operator.
    pub requested_by: UserId,
}

impl Payload for TenantExportRequested {
    const NAME: &'static str = "tenant_export.requested";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantExportId;

    fn subject(&self) -> TenantExportId {
        self.export_id
    }
}

/// The archive is there. Whoever may have it signs in and reads the export, which shows the way to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantExportReady {
    /// Which export.
    pub export_id: TenantExportId,
    /// Its size.
    pub size_bytes: u64,
    /// Until when it is there.
    pub expires_at: Timestamp,
}

impl Payload for TenantExportReady {
    const NAME: &'static str = "tenant_export.ready";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantExportId;

    fn subject(&self) -> TenantExportId {
        self.export_id
    }
}
