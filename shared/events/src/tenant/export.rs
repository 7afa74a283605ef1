//! The work of an export of all that a tenant has.

use kernel::TenantExportId;
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
