//! `GET /api/v1/tenants/{id}/settings/security`: what the tenant demands of its users.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use tenancy::Tenants;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::{TenantsRead, security::security_settings::SecuritySettings, tenants::own_tenant::OwnTenant};

/// Get the security settings
///
/// Those of one's own tenant. The `ETag` is the tenant's version.
#[utoipa::path(
    get, path = "/api/v1/tenants/{id}/settings/security",
    responses((status = 200, body = Envelope<SecuritySettings>))
)]
pub async fn get_security_settings(
    State(api): State<Api>,
    _caller: Caller<TenantsRead>,
    OwnTenant(id): OwnTenant,
) -> Result<Reply, Problem> {
    let tenant = Tenants::new(api.table()).get(id).await?.ok_or_else(Problem::not_found)?;
    Ok(Reply::ok(&SecuritySettings::from(&tenant.security))?.version(tenant.version))
}
