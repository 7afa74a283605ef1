//! `GET /api/v1/tenants/{id}/settings/compliance`: which sets of rules the tenant keeps.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use tenancy::{Compliance, Tenants};
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::{TenantsRead, tenants::own_tenant::OwnTenant};

/// Get the compliance settings
///
/// Those of one's own tenant. The `ETag` is the tenant's version.
#[utoipa::path(
    get, path = "/api/v1/tenants/{id}/settings/compliance",
    responses((status = 200, body = Envelope<Compliance>))
)]
pub async fn get_compliance_settings(
    State(api): State<Api>,
    _caller: Caller<TenantsRead>,
    OwnTenant(id): OwnTenant,
) -> Result<Reply, Problem> {
    let tenant = Tenants::new(api.table()).get(id).await?.ok_or_else(Problem::not_found)?;
    Ok(Reply::ok(&tenant.compliance)?.version(tenant.version))
}
