//! A tenant, as callers see it.

use kernel::{Country, Currency, Slug, TenantId, Timestamp, UserId, Zone};
use serde::Serialize;
use tenancy::{Provisioning, Tenant, TenantStatus};
use utoipa::ToSchema;

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
    /// How far the set-up is: `ready`.
    pub provisioning: Provisioning,
    /// When the tenant signed up.
    pub created_at: Timestamp,
}

impl TenantView {
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
            provisioning: tenant.provisioning,
            created_at: tenant.created_at,
        }
    }
}
