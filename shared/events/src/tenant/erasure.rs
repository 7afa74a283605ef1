//! The erasure of all that a tenant has.

use kernel::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// A tenant, which is over, is to be erased. Until then its administrators can take the data away, or withdraw this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantErasureScheduled {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// Why, in the words of whoever asked for it.
    pub reason: String,
    /// When that was.
    pub requested_at: Timestamp,
    /// From when on it is erased.
    pub erase_at: Timestamp,
}

impl Payload for TenantErasureScheduled {
    const NAME: &'static str = "tenant.erasure_scheduled";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}

/// A tenant is not to be erased after all. It is still over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantErasureWithdrawn {
    /// Which tenant.
    pub tenant_id: TenantId,
}

impl Payload for TenantErasureWithdrawn {
    const NAME: &'static str = "tenant.erasure_withdrawn";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}

/// A tenant was erased: told in the platform's own books, since there is nothing left of the tenant's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantDeleted {
    /// Which tenant it was.
    pub tenant_id: TenantId,
    /// How many of its rows were deleted.
    pub rows: u64,
    /// When the last was.
    pub deleted_at: Timestamp,
}

impl Payload for TenantDeleted {
    const NAME: &'static str = "tenant.deleted";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}
