//! `PUT /api/v1/tenants/{id}/settings/security`: the tenant demands something else of its users.
//!
//! Felt at once by the next login and registration, and within 30 seconds by everybody who is signed in. Round trips:
//! one rate-limit write beside one read of the caller's standing (none when known), one read of the tenant, one of the
//! caller where proven addresses are demanded, one transaction of tenant, audit entry and event; no write when nothing changes.

use axum::extract::State;
use events::tenant::SettingsSection;
use http::StatusCode;
use identity::Users;
use tenancy::{Proposer, SecurityPolicy, Setting, SettingChange, Tenants, Violation};
use web::{Api, Caller, Envelope, IfMatch, Json, Problem, Reply, RequestInfo};

use crate::{
    TenantsWrite, security::security_settings::SecuritySettings, settings_section::Changed,
    tenants::own_tenant::OwnTenant,
};

/// Replace the security settings
///
/// All of them: what is left out is refused. Needs a login of the last ten minutes. Settings that would shut out whoever
/// makes them are refused: list your own network first, sign in with a second factor before you demand one, and prove your
/// own address before you demand that.
#[utoipa::path(
    put, path = "/api/v1/tenants/{id}/settings/security",
    responses(
        (status = 200, body = Envelope<SecuritySettings>), (status = 400, description = "INVALID_HEADER"),
        (status = 403, description = "STEP_UP_REQUIRED"), (status = 409, description = "TENANT_STATUS, CONFLICT"),
        (status = 422, description = "WOULD_LOCK_YOU_OUT")
    )
)]
pub async fn replace_security_settings(
    State(api): State<Api>,
    caller: Caller<TenantsWrite>,
    OwnTenant(id): OwnTenant,
    info: RequestInfo,
    if_match: IfMatch,
    Json(body): Json<SecuritySettings>,
) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    let tenant = Tenants::new(api.table()).get(id).await?.ok_or_else(Problem::not_found)?;
    if_match.check(tenant.version)?;

    let policy = SecurityPolicy::from(body);
    let address_proven = policy.require_verified_email && has_proven_address(&api, &caller).await?;
    let proposer = Proposer { ip: info.address(), second_factor: caller.has_second_factor(), address_proven };
    acceptable(&policy, proposer)?;
    let changed = tenant.security.changes(&policy);
    if changed.is_empty() {
        return Ok(Reply::ok(&SecuritySettings::from(&policy))?.version(tenant.version));
    }
    let changes = changed.into_iter().map(|setting| SettingChange {
        name: setting.name().to_owned(),
        before: tenant.security.shown(setting),
        after: policy.shown(setting),
    });
    let (changes, after) = (changes.collect(), SettingsSection::Security((&policy).into()));
    let changed = Changed { tenant: tenant.secured(policy), action: crate::TENANT_SECURITY_CHANGED, changes, after };
    let tenant = changed.save(&api, &caller, &info).await?;
    Ok(Reply::ok(&SecuritySettings::from(&tenant.security))?.version(tenant.version))
}

/// Whether the caller may sign in where only proven addresses do. One round trip.
async fn has_proven_address(api: &Api, caller: &Caller<TenantsWrite>) -> Result<bool, Problem> {
    let user = Users::new(api.table(), caller.scope).get(caller.user).await?;
    Ok(user.is_some_and(|user| user.email_verified_at.is_some()))
}

fn acceptable(policy: &SecurityPolicy, proposer: Proposer) -> Result<(), Problem> {
    let mut violations = policy.violations().into_iter();
    if let Some(first) = violations.next() {
        let problem = Problem::invalid(&pointer(first.setting()), code(first), first.advice());
        return Err(violations
            .fold(problem, |problem, next| problem.with_error(&pointer(next.setting()), code(next), next.advice())));
    }
    let Some(lock_out) = policy.shuts_out(proposer) else { return Ok(()) };
    let detail = "with these settings your own next call would be refused; see errors";
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "WOULD_LOCK_YOU_OUT", detail).for_good();
    Err(problem.with_error(&pointer(lock_out.setting()), "INVALID_VALUE", lock_out.advice()))
}

fn pointer(setting: Setting) -> String {
    format!("/{}", setting.name())
}

const fn code(violation: Violation) -> &'static str {
    match violation {
        Violation::OutOfRange(_) | Violation::MaxBelowIdle | Violation::TokenBeyondSession => "INVALID_VALUE",
        Violation::TooMany(_) => "INVALID_LENGTH",
    }
}

#[cfg(test)]
#[path = "replace_security_settings_tests.rs"]
mod tests;
