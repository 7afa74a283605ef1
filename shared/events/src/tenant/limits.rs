//! Events about the limits of a tenant's plan.

use kernel::{Resource, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// What happens past a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitPolicy {
    /// More is allowed, and billed by the unit.
    Billed,
    /// More is refused.
    Blocked,
}

/// How much of a limit is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LimitUse {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// Of which resource.
    pub resource: Resource,
    /// How much is used, in units of the resource.
    pub used: u64,
    /// How much the plan allows or includes.
    pub limit: u64,
    /// What happens past the limit.
    pub policy: LimitPolicy,
    /// When it starts again from zero; left out for what is given back instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resets_at: Option<Timestamp>,
}

/// 80 percent of a limit are used: told once a month of UTC when it is crossed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct TenantLimitWarning(pub LimitUse);

/// All of a limit is used: told once a month of UTC when it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct TenantLimitReached(pub LimitUse);

impl Payload for TenantLimitWarning {
    const NAME: &'static str = "tenant.limit_warning";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.0.tenant_id
    }
}

impl Payload for TenantLimitReached {
    const NAME: &'static str = "tenant.limit_reached";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.0.tenant_id
    }
}

/// A count of what a tenant uses was off, and is repaired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantUsageRecounted {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// Of which resource.
    pub resource: Resource,
    /// How much was counted.
    pub counted: i64,
    /// How much there is.
    pub found: u64,
}

impl Payload for TenantUsageRecounted {
    const NAME: &'static str = "tenant.usage_recounted";
    const AUDIENCE: Audience = Audience::Internal;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}

/// The limits of what a tenant keeps, such as members, were looked at in the night: told in the platform's own books, of tenants that
/// ever neared one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantLimitsChecked {
    /// Which tenant.
    pub tenant_id: TenantId,
}

impl Payload for TenantLimitsChecked {
    const NAME: &'static str = "tenant.limits_checked";
    const AUDIENCE: Audience = Audience::Internal;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}
