//! `GET /api/v1/tenants/{id}/settings/features`: what is on in the tenant.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use tenancy::Tenants;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::{TenantsRead, features::feature_settings::FeatureSettings, tenants::own_tenant::OwnTenant};

/// Get the features
///
/// Those of one's own tenant, as they are set. The `ETag` is the tenant's version. What is on for a user is at
/// `GET /features`.
#[utoipa::path(
    get, path = "/api/v1/tenants/{id}/settings/features",
    responses((status = 200, body = Envelope<FeatureSettings>))
)]
pub async fn get_feature_settings(
    State(api): State<Api>,
    _caller: Caller<TenantsRead>,
    OwnTenant(id): OwnTenant,
) -> Result<Reply, Problem> {
    let tenant = Tenants::new(api.table()).get(id).await?.ok_or_else(Problem::not_found)?;
    Ok(Reply::ok(&FeatureSettings::from(&tenant.features))?.version(tenant.version))
}
