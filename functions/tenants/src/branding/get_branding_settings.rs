//! `GET /api/v1/tenants/{id}/settings/branding`: how the tenant looks to its people.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use tenancy::Tenants;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::{TenantsRead, branding::branding_settings::BrandingSettings, tenants::own_tenant::OwnTenant};

/// Get the branding
///
/// That of one's own tenant. The `ETag` is the tenant's version.
#[utoipa::path(
    get, path = "/api/v1/tenants/{id}/settings/branding",
    responses((status = 200, body = Envelope<BrandingSettings>))
)]
pub async fn get_branding_settings(
    State(api): State<Api>,
    _caller: Caller<TenantsRead>,
    OwnTenant(id): OwnTenant,
) -> Result<Reply, Problem> {
    let tenant = Tenants::new(api.table()).get(id).await?.ok_or_else(Problem::not_found)?;
    Ok(Reply::ok(&BrandingSettings::from(&tenant))?.version(tenant.version))
}
