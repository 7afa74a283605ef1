//! `PUT /api/v1/tenants/{id}/settings/compliance`: the tenant keeps other sets of rules.
//!
//! They make the security settings stricter, and never laxer. Felt at once by the next login, and within 30 seconds by
//! everybody who is signed in. Round trips: one rate-limit write beside one read of the caller's standing (none when known),
//! one read of the tenant, one transaction of tenant, audit entry and event; no write when nothing changes.

use axum::extract::State;
use events::tenant::SettingsSection;
use http::StatusCode;
use tenancy::{Compliance, MfaPolicy, Tenants, changes};
use web::{Api, Caller, Envelope, IfMatch, Json, Problem, Reply, RequestInfo};

use crate::{TenantsWrite, settings_section::Changed, tenants::own_tenant::OwnTenant};

/// Replace the compliance settings
///
/// All of them. Needs a login of the last ten minutes. Where a set of rules asks for more than the security settings do, it
/// holds in their place, and they stay as they are for when the rules are off. Rules that demand a second factor are
/// refused to whoever has not signed in with one. With `retentionDays` what is older is not shown any more, and deleted for good within
/// a day or so.
#[utoipa::path(
    put, path = "/api/v1/tenants/{id}/settings/compliance",
    responses(
        (status = 200, body = Envelope<Compliance>), (status = 400, description = "INVALID_HEADER"),
        (status = 403, description = "STEP_UP_REQUIRED"), (status = 409, description = "TENANT_STATUS, CONFLICT"),
        (status = 422, description = "WOULD_LOCK_YOU_OUT")
    )
)]
pub async fn replace_compliance_settings(
    State(api): State<Api>,
    caller: Caller<TenantsWrite>,
    OwnTenant(id): OwnTenant,
    info: RequestInfo,
    if_match: IfMatch,
    Json(compliance): Json<Compliance>,
) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    let tenant = Tenants::new(api.table()).get(id).await?.ok_or_else(Problem::not_found)?;
    if_match.check(tenant.version)?;

    if let Some(why) = compliance.wrong_retention() {
        return Err(Problem::invalid("/retentionDays", "INVALID_VALUE", why));
    }
    let changes = changes(&tenant.compliance, &compliance);
    if changes.is_empty() {
        return Ok(Reply::ok(&compliance)?.version(tenant.version));
    }
    let tenant = tenant.complying(compliance);
    if tenant.policy().mfa != MfaPolicy::Optional && !caller.has_second_factor() {
        return Err(would_lock_out(compliance));
    }
    let after = SettingsSection::Compliance(compliance.into());
    let changed = Changed { tenant, action: crate::TENANT_COMPLIANCE_CHANGED, changes, after };
    let tenant = changed.save(&api, &caller, &info).await?;
    Ok(Reply::ok(&tenant.compliance)?.version(tenant.version))
}

fn would_lock_out(rules: Compliance) -> Problem {
    let detail = "with these settings your own next call would be refused; see errors";
    let advice = "sign in with a second factor before you demand one of others";
    let pointer = if rules.hipaa { "/hipaa" } else { "/soc2" };
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "WOULD_LOCK_YOU_OUT", detail).for_good();
    problem.with_error(pointer, "INVALID_VALUE", advice)
}

#[cfg(test)]
#[path = "replace_compliance_settings_tests.rs"]
mod tests;
