//! Where a tenant is in its life, and why.

use events::tenant::{CancelledBy, FollowedBill, SuspensionCause};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a tenant is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum TenantStatus {
    /// Trying out, until `trial_ends_at`.
    Trial,
    /// Paying.
    Active,
    /// Stopped for a reason that can be mended.
    Suspended,
    /// Over.
    Cancelled,
}

impl TenantStatus {
    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trial => "TRIAL",
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// What can be done with a tenant that is so, in words.
    pub(crate) const fn offers(self) -> &'static str {
        match self {
            Self::Trial => "it can be converted, suspended or cancelled",
            Self::Active => "it can be suspended or cancelled",
            Self::Suspended => "it can be activated or cancelled",
            Self::Cancelled => "it is over",
        }
    }
}

/// What the last edges of a tenant's life left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lifecycle {
    /// Why it is suspended; only while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspension: Option<TenantSuspension>,
    /// Why it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation: Option<Cancellation>,
    /// What the tenant was last suspended or opened for by itself: what is told of that again changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<FollowedBill>,
}

impl Lifecycle {
    /// Whether nothing is left behind.
    pub fn is_blank(&self) -> bool {
        self.suspension.is_none() && self.cancellation.is_none() && self.bill.is_none()
    }

    /// Whether the tenant's state follows from this version of its subscription, or a later one.
    pub fn has_followed(&self, told: FollowedBill) -> bool {
        self.bill.is_some_and(|bill| {
            bill.subscription_id == told.subscription_id && bill.subscription_version >= told.subscription_version
        })
    }
}

/// Why a tenant is suspended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantSuspension {
    /// For what.
    pub cause: SuspensionCause,
    /// In the words of the operator: 1 to 200 characters on one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it was before: in its trial, or active.
    pub former_status: TenantStatus,
    /// Since when.
    pub at: Timestamp,
}

/// Why a tenant is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cancellation {
    /// Who ended it.
    pub by: CancelledBy,
    /// In the words of whoever did: 1 to 200 characters on one line.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}
