//! `PUT /api/v1/tenants/{id}/settings/features`: other things are on in the tenant.
//!
//! Felt within 30 seconds by everybody who is signed in, and at once by whoever registers. Round trips: one rate-limit write
//! beside one read of the caller's standing (none when known), one read of the tenant, one transaction of tenant, audit
//! entry and event; no write when nothing changes.

use axum::extract::State;
use events::tenant::SettingsSection;
use tenancy::{FeatureFault, Features, Tenants, changes};
use web::{Api, Caller, Envelope, IfMatch, Json, Problem, Reply, RequestInfo};

use crate::{
    TenantsWrite, features::feature_settings::FeatureSettings, settings_section::Changed,
    tenants::own_tenant::OwnTenant,
};

/// Replace the features
///
/// All of them. Parts of the platform that are off are refused to those who would use them by themselves:
/// `REGISTRATION_CLOSED`, `FEATURE_OFF`. Flags are for the tenant's own software, which asks `GET /features` what is on for a
/// user.
#[utoipa::path(
    put, path = "/api/v1/tenants/{id}/settings/features",
    responses(
        (status = 200, body = Envelope<FeatureSettings>), (status = 400, description = "INVALID_HEADER"),
        (status = 409, description = "TENANT_STATUS, CONFLICT")
    )
)]
pub async fn replace_feature_settings(
    State(api): State<Api>,
    caller: Caller<TenantsWrite>,
    OwnTenant(id): OwnTenant,
    info: RequestInfo,
    if_match: IfMatch,
    Json(body): Json<FeatureSettings>,
) -> Result<Reply, Problem> {
    let tenant = Tenants::new(api.table()).get(id).await?.ok_or_else(Problem::not_found)?;
    if_match.check(tenant.version)?;

    let features = Features::from(body);
    acceptable(&features)?;
    let features = features.ordered();
    let changes = changes(&tenant.features, &features);
    if changes.is_empty() {
        return Ok(Reply::ok(&FeatureSettings::from(&features))?.version(tenant.version));
    }
    let after = SettingsSection::Features((&features).into());
    let action = crate::TENANT_FEATURES_CHANGED;
    let changed = Changed { tenant: tenant.featuring(features), action, changes, after };
    let tenant = changed.save(&api, &caller, &info).await?;
    Ok(Reply::ok(&FeatureSettings::from(&tenant.features))?.version(tenant.version))
}

fn acceptable(features: &Features) -> Result<(), Problem> {
    let mut faults = features.faults().into_iter();
    let Some(first) = faults.next() else { return Ok(()) };
    let problem = Problem::invalid(&first.pointer(), code(&first), first.advice());
    Err(faults.fold(problem, |problem, next| problem.with_error(&next.pointer(), code(&next), next.advice())))
}

const fn code(fault: &FeatureFault) -> &'static str {
    match fault {
        FeatureFault::TooMany | FeatureFault::TooManyRoles(_) => "INVALID_LENGTH",
        FeatureFault::Twice(_) | FeatureFault::Role(..) => "INVALID_VALUE",
    }
}

#[cfg(test)]
#[path = "replace_feature_settings_tests.rs"]
mod tests;
