//! Events about what orders add up to.

use kernel::TenantId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// A recount of sales waits for its next turn of work: it was asked for, or a turn ended before all orders were looked at. The
/// version says which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SalesRecountContinued {
    /// Whose sales.
    pub tenant_id: TenantId,
}

impl Payload for SalesRecountContinued {
    const NAME: &'static str = "sales_recount.continued";
    const AUDIENCE: Audience = Audience::Internal;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}
