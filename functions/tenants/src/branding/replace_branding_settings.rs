//! `PUT /api/v1/tenants/{id}/settings/branding`: the tenant looks different to its people.
//!
//! Mails and pages look so at once; a document is printed in the look that its invoice was issued with. Round trips: one
//! rate-limit write beside one read of the caller's standing (none when known), one read of the tenant, for another logo up to four
//! of how much is stored and one object, one transaction of tenant, audit entry, event and files; no write when nothing changes.

use axum::extract::State;
use events::tenant::SettingsSection;
use kernel::EventId;
use table::Transaction;
use tenancy::{
    Branding, LogoDigest, SettingChange, Tenant, Tenants, changes,
    limits::{KeptFiles, LimitCause, LogoChange},
    logo_path,
};
use web::{Api, Caller, Envelope, IfMatch, Json, Problem, Reply, RequestInfo};

use crate::{
    TenantsWrite,
    branding::{
        branding_settings::{BrandingSettings, Logo},
        picture::Picture,
    },
    settings_section::Changed,
    tenants::own_tenant::OwnTenant,
};

/// Replace the branding
///
/// All of it: what is left out or `null` is as the platform has it from then on. Mails, the pages for payment, accounts and
/// unsubscribing, and the documents of invoices that are issued from now on look so. A logo is a PNG: send its bytes
/// once, and its `sha256` to keep it. It counts among the tenant's files; a former one goes after a week, unless a document has it.
#[utoipa::path(
    put, path = "/api/v1/tenants/{id}/settings/branding",
    responses(
        (status = 200, body = Envelope<BrandingSettings>), (status = 400, description = "INVALID_HEADER"),
        (status = 403, description = "STEP_UP_REQUIRED: to begin links with another domain"),
        (status = 409, description = "TENANT_STATUS, CONFLICT, STORAGE_LIMIT_REACHED")
    )
)]
pub async fn replace_branding_settings(
    State(api): State<Api>,
    caller: Caller<TenantsWrite>,
    OwnTenant(id): OwnTenant,
    info: RequestInfo,
    if_match: IfMatch,
    Json(body): Json<BrandingSettings>,
) -> Result<Reply, Problem> {
    let tenant = Tenants::new(api.table()).get(id).await?.ok_or_else(Problem::not_found)?;
    if_match.check(tenant.version)?;

    let picture = new_picture(body.logo.as_ref())?;
    let logo = match &picture {
        Some(picture) => Some(picture.digest.clone()),
        None => kept(body.logo.as_ref(), &tenant)?,
    };
    let branding = body.with(logo);
    if !branding.accent_is_visible() {
        let advice = "use a darker colour: its contrast to white must be 3:1 at least";
        return Err(Problem::invalid("/accentColor", "INVALID_VALUE", advice));
    }
    if branding.link_domain.as_ref() != tenant.link_domain() {
        // Links that open accounts begin with it.
        caller.signed_in_recently(&api)?;
    }
    if branding.link_domain.as_ref().is_some_and(|domain| !tenant.domains.contains(domain)) {
        let advice = "name one of your verified domains";
        return Err(Problem::invalid("/linkDomain", "INVALID_VALUE", advice));
    }
    let changes = differing(&tenant.branding, &branding);
    if changes.is_empty() {
        return Ok(Reply::ok(&BrandingSettings::from(&tenant))?.version(tenant.version));
    }
    tenant.must_not_be_over()?;
    let mut transaction = Transaction::new();
    let change = LogoChange {
        before: tenant.branding.logo.as_ref(),
        // One that is kept is the one before.
        after: match &picture {
            Some(picture) => Some((&picture.digest, picture.bytes.len())),
            None => branding.logo.as_ref().map(|digest| (digest, 0)),
        },
    };
    let cause = LimitCause { event: EventId::new(api.new_ulid()), cause: (&info).into() };
    KeptFiles::new(api.table(), caller.scope).change_logo(&mut transaction, change, api.now(), cause).await?;
    // First the bytes, then what names them: a logo that nobody names harms nobody, and its path is that of its content.
    if let Some(Picture { bytes, digest }) = picture {
        api.put_object(&logo_path(id, digest.as_str()), "image/png", bytes).await?;
    }
    let after = SettingsSection::Branding((&branding).into());
    let changed = Changed { tenant: tenant.branded(branding), action: crate::TENANT_BRANDING_CHANGED, changes, after };
    let tenant = changed.save_with(&api, &caller, &info, transaction).await?;
    Ok(Reply::ok(&BrandingSettings::from(&tenant))?.version(tenant.version))
}

/// The picture that is sent, if one is.
fn new_picture(logo: Option<&Logo>) -> Result<Option<Picture>, Problem> {
    let Some(text) = logo.and_then(|logo| logo.png.as_deref()) else { return Ok(None) };
    Picture::parse(text).map(Some).map_err(|why| Problem::invalid("/logo/png", "INVALID_VALUE", why.to_string()))
}

/// The logo that stays: none, or the one that is there, by its name.
fn kept(logo: Option<&Logo>, tenant: &Tenant) -> Result<Option<LogoDigest>, Problem> {
    let Some(logo) = logo else { return Ok(None) };
    let advice = "name the logo that is there by its sha256, or send a new one as png";
    let named = logo.sha256.as_ref().ok_or_else(|| Problem::invalid("/logo", "REQUIRED", advice))?;
    if tenant.branding.logo.as_ref() == Some(named) {
        Ok(Some(named.clone()))
    } else {
        Err(Problem::invalid("/logo/sha256", "INVALID_VALUE", advice))
    }
}

/// What differs. Of the support address the trail says only that: it may be somebody's own.
fn differing(before: &Branding, after: &Branding) -> Vec<SettingChange> {
    let mut changes = changes(before, after);
    for change in changes.iter_mut().filter(|change| change.name == "supportEmail") {
        for side in [&mut change.before, &mut change.after] {
            if side != "null" {
                "set".clone_into(side);
            }
        }
    }
    changes
}

#[cfg(test)]
#[path = "replace_branding_settings_tests.rs"]
mod tests;
