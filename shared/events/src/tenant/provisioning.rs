//! Events about the set-up of a new tenant.

use kernel::TenantId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// All that is set up for a new tenant is there. The tenant could be used before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantProvisioned {
    /// Which tenant.
    pub tenant_id: TenantId,
}

impl Payload for TenantProvisioned {
    const NAME: &'static str = "tenant.provisioned";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}
