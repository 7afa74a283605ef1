//! The edges of a tenant's life after its sign-up.

use kernel::{Date, SubscriptionId, TenantId, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// The free days of a new tenant began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantTrialStarted {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// Their end, exclusive.
    pub trial_ends_at: Timestamp,
}

impl Payload for TenantTrialStarted {
    const NAME: &'static str = "tenant.trial_started";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}

/// The platform made a tenant that was in or after its trial one that pays, without a conversion of the tenant's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantActivated {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// Why, if it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its subscription, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<SubscriptionId>,
    /// The plan of that subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_key: Option<String>,
    /// The first day that is billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billed_from: Option<Date>,
}

impl Payload for TenantActivated {
    const NAME: &'static str = "tenant.activated";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}

/// A tenant can only read, pay and take its data away until it is activated again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantSuspended {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// For what.
    pub cause: SuspensionCause,
    /// In the words of the platform's operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when.
    pub suspended_at: Timestamp,
    /// The subscription that was not paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<FollowedBill>,
}

impl Payload for TenantSuspended {
    const NAME: &'static str = "tenant.suspended";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}

/// A suspended tenant is active again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantReactivated {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// For what it was suspended.
    pub cause: SuspensionCause,
    /// Why it is active again, if it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The subscription that was paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<FollowedBill>,
    /// Of one that was in or after its trial: the plan that it is billed for from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_key: Option<String>,
    /// Of such a one: the first day that is billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billed_from: Option<Date>,
}

impl Payload for TenantReactivated {
    const NAME: &'static str = "tenant.reactivated";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}

/// A tenant ended. Its administrators can still read, to take its data away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantCancelled {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// Who ended it.
    pub by: CancelledBy,
    /// In the words of whoever ended it.
    pub reason: String,
    /// Since when.
    pub cancelled_at: Timestamp,
}

impl Payload for TenantCancelled {
    const NAME: &'static str = "tenant.cancelled";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}

/// A tenant's own details changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantUpdated {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// The names of the fields that changed.
    pub changed: Vec<String>,
    /// What it calls itself now.
    pub name: String,
    /// Its zone now.
    pub timezone: Zone,
}

impl Payload for TenantUpdated {
    const NAME: &'static str = "tenant.updated";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}

/// A tenant has, or will have, another plan or interval of its own subscription, or goes on with what it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantPlanChanged {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// Its subscription, in the platform's books.
    pub subscription_id: SubscriptionId,
    /// The plan that it has from that day on.
    pub plan_key: String,
    /// The plan that it had when this was decided.
    pub former_plan_key: String,
    /// How often it is billed from that day on: `month`, `quarter`, `year`, or such as `2_months`.
    pub interval: String,
    /// The first day.
    pub from: Date,
}

impl Payload for TenantPlanChanged {
    const NAME: &'static str = "tenant.plan_changed";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}

/// A tenant's own subscription in the platform's books, as far as the tenant's state follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FollowedBill {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// As of which of its versions.
    pub subscription_version: u64,
}

/// For what a tenant is suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuspensionCause {
    /// The platform's operator suspended it.
    Operator,
    /// An invoice of the platform was not paid.
    NonPayment,
}

/// Who ended a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelledBy {
    /// One of its administrators.
    Tenant,
    /// The platform's operator.
    Operator,
}
