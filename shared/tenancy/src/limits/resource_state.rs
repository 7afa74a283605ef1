//! How a tenant stands with a resource.

use allowances::Quota;
use kernel::{Resource, TenantId, Timestamp};

use crate::limits::ResourceCount;

/// How a tenant stands with a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceState {
    /// Which tenant.
    pub tenant: TenantId,
    /// The version of the tenant's row, for events about it.
    pub tenant_version: u64,
    /// Which resource.
    pub resource: Resource,
    /// How much the plan says.
    pub quota: Quota,
    /// How much is used.
    pub count: ResourceCount,
    /// When that was.
    pub at: Timestamp,
}
