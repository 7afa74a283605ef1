//! A tenant, as callers see it.

use events::tenant::CancelledBy;
use kernel::{Country, Currency, Slug, TenantId, Timestamp, UserId, Zone};
use serde::Serialize;
use table::TableError;
use tenancy::{ClosedFor, Provisioning, Provisionings, Tenant, TenantStatus};
use utoipa::ToSchema;
use web::Api;

use crate::provisioning::provisioning_view::ProvisioningView;

/// A tenant.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantView {
    pub id: TenantId,
    /// The display name.
    #[schema(example = "Toko Budi")]
    pub name: String,
    /// The unique short name, for the header `X-Tenant-ID`.
    pub slug: Slug,
    /// As in force now.
    pub status: TenantStatus,
    /// The end of the trial.
    pub trial_ends_at: Option<Timestamp>,
    /// The member who signed up.
    pub owner_id: UserId,
    pub country: Country,
    /// In which the tenant is billed.
    pub currency: Currency,
    pub timezone: Zone,
    /// How far the set-up is; left out of a tenant as it once was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning: Option<ProvisioningView>,
    /// When the tenant signed up.
    pub created_at: Timestamp,
    /// Why it is suspended, for its members; left out when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspension: Option<SuspensionView>,
    /// Why it is over, for its administrators; left out when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancellation: Option<CancellationView>,
    /// When all that it has is erased, for its administrators; left out when it is not to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erasure: Option<ErasureView>,
}

/// That a tenant is to be erased.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErasureView {
    /// In the words of whoever asked for it.
    #[schema(example = "We moved to another service")]
    pub reason: String,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// From when on it is erased; until then it can be withdrawn.
    pub erase_at: Timestamp,
    /// From when on no backup and no former version of a file has anything of it either, but for what the law keeps.
    pub copies_gone_at: Timestamp,
}

/// Why a tenant is suspended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SuspensionView {
    pub cause: ShownCause,
    /// In the words of the platform's operator; null where it was not the operator.
    #[schema(example = "Spam was sent")]
    pub reason: Option<String>,
    /// Since when.
    pub suspended_at: Timestamp,
}

/// What a tenant is suspended for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShownCause {
    /// Its trial is over, and nobody converted it.
    TrialOver,
    /// An invoice of the platform is unpaid.
    NonPayment,
    /// The platform's operator suspended it.
    Operator,
}

/// Why a tenant is over.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CancellationView {
    pub by: CancelledBy,
    /// In the words of whoever ended it.
    #[schema(example = "We moved to another service")]
    pub reason: String,
    /// Since when.
    pub cancelled_at: Timestamp,
}

impl SuspensionView {
    fn at(tenant: &Tenant, now: Timestamp) -> Option<Self> {
        let cause = match tenant.closed_for(now)? {
            ClosedFor::TrialOver => {
                return tenant.trial_ends_at.map(|end| Self {
                    cause: ShownCause::TrialOver,
                    reason: None,
                    suspended_at: end,
                });
            }
            ClosedFor::NonPayment => ShownCause::NonPayment,
            ClosedFor::Operator => ShownCause::Operator,
            ClosedFor::Cancelled => return None,
        };
        let told = tenant.lifecycle.suspension.as_ref()?;
        Some(Self { cause, reason: told.reason.clone(), suspended_at: told.at })
    }
}

impl TenantView {
    /// The tenant as it is now, with its set-up. One read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn now(api: &Api, tenant: &Tenant) -> Result<Self, TableError> {
        let set_up = Provisionings::new(api.table(), tenant.id).get().await?;
        Ok(Self::at(tenant, api.now()).with(set_up.as_ref()))
    }

    /// The same with its set-up, as stored.
    pub fn with(self, set_up: Option<&Provisioning>) -> Self {
        Self { provisioning: Some(set_up.into()), ..self }
    }

    /// The tenant at an instant: the status depends on it.
    pub fn at(tenant: &Tenant, now: Timestamp) -> Self {
        Self {
            id: tenant.id,
            name: tenant.name.as_str().to_owned(),
            slug: tenant.slug.clone(),
            status: tenant.status_at(now),
            trial_ends_at: tenant.trial_ends_at,
            owner_id: tenant.owner,
            country: tenant.country,
            currency: tenant.currency,
            timezone: tenant.timezone.clone(),
            provisioning: None,
            created_at: tenant.created_at,
            suspension: SuspensionView::at(tenant, now),
            cancellation: tenant.lifecycle.cancellation.as_ref().map(|told| CancellationView {
                by: told.by,
                reason: told.reason.clone(),
                cancelled_at: told.at,
            }),
            erasure: tenant.erasure.as_ref().map(|told| ErasureView {
                reason: told.reason.clone(),
                requested_at: told.requested_at,
                erase_at: told.erase_at,
                copies_gone_at: told.copies_gone_at(),
            }),
        }
    }

    /// What the tenant's customers see of it: not why it is closed, nor the steps of its set-up.
    pub fn for_customers(self) -> Self {
        let provisioning = self.provisioning.map(|told| ProvisioningView { steps: Vec::new(), ..told });
        Self { provisioning, suspension: None, cancellation: None, erasure: None, ..self }
    }
}
