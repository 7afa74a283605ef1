//! Tenants: sign-up and lifecycle.

mod branding;
mod compliance;
mod domains;
mod features;
mod history;
mod lifecycle;
mod limits;
mod operator;
mod own_plan;
mod privacy;
mod provisioning;
mod security;
mod settings_section;
mod tenants;

use cloud::{Ctx, Function};
use identity::Hasher;
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs, WhileSuspended};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "tenants":
        tenants { create_tenant, get_current_tenant, get_tenant, update_tenant, convert_tenant },
        operator { list_tenants, get_tenant_analytics },
        privacy { create_tenant_export, get_tenant_export, download_tenant_export, delete_tenant, restore_tenant },
        lifecycle { suspend_tenant, activate_tenant, cancel_tenant },
        provisioning { provision_tenant },
        history { list_tenant_events },
        own_plan { get_tenant_billing, get_tenant_balance, replace_tenant_billing },
        limits { get_tenant_usage },
        domains { create_domain, list_domains, verify_domain, delete_domain },
        security { get_security_settings, replace_security_settings },
        branding { get_branding_settings, replace_branding_settings, get_brand_logo },
        features { get_feature_settings, replace_feature_settings, list_features },
        compliance { get_compliance_settings, replace_compliance_settings },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[
    NeededPermission::of::<AllTenantsRead>(),
    NeededPermission::of::<TenantsErase>(),
    NeededPermission::of::<TenantsExport>(),
    NeededPermission::of::<TenantsPay>(),
    NeededPermission::of::<TenantsRead>(),
    NeededPermission::of::<TenantsWrite>(),
];

/// A domain was named.
pub(crate) const DOMAIN_CREATED: Action = Action::new("domain.created");
/// A domain is the tenant's no more, by its own wish.
pub(crate) const DOMAIN_DELETED: Action = Action::new("domain.deleted");
/// A domain was proven to be the tenant's.
pub(crate) const DOMAIN_VERIFIED: Action = Action::new("domain.verified");
/// How the tenant looks was changed.
pub(crate) const TENANT_BRANDING_CHANGED: Action = Action::new("tenant.branding_changed");
/// Other sets of rules are kept.
pub(crate) const TENANT_COMPLIANCE_CHANGED: Action = Action::new("tenant.compliance_changed");
/// Other things are on in the tenant.
pub(crate) const TENANT_FEATURES_CHANGED: Action = Action::new("tenant.features_changed");
/// The operator activated the tenant.
pub(crate) const TENANT_ACTIVATED: Action = Action::new("tenant.activated");
/// The tenant ended.
pub(crate) const TENANT_CANCELLED: Action = Action::new("tenant.cancelled");
/// The tenant pays after its trial.
pub(crate) const TENANT_CONVERTED: Action = Action::new("tenant.converted");
/// The tenant signed up.
pub(crate) const TENANT_CREATED: Action = Action::new("tenant.created");
/// The tenant is to be erased.
pub(crate) const TENANT_DELETED: Action = Action::new("tenant.deleted");
/// An archive of all that the tenant has was asked for.
pub(crate) const TENANT_EXPORTED: Action = Action::new("tenant.exported");
/// The tenant's own plan was changed.
pub(crate) const TENANT_PLAN_CHANGED: Action = Action::new("tenant.plan_changed");
/// What is left of the tenant's set-up is to be tried again.
pub(crate) const TENANT_PROVISIONED: Action = Action::new("tenant.provisioned");
/// The tenant is not to be erased any more.
pub(crate) const TENANT_RESTORED: Action = Action::new("tenant.restored");
/// The tenant's security settings were changed.
pub(crate) const TENANT_SECURITY_CHANGED: Action = Action::new("tenant.security_changed");
/// The operator suspended the tenant.
pub(crate) const TENANT_SUSPENDED: Action = Action::new("tenant.suspended");
/// The tenant's own details were changed.
pub(crate) const TENANT_UPDATED: Action = Action::new("tenant.updated");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[
    DOMAIN_CREATED,
    DOMAIN_DELETED,
    DOMAIN_VERIFIED,
    TENANT_ACTIVATED,
    TENANT_BRANDING_CHANGED,
    TENANT_CANCELLED,
    TENANT_COMPLIANCE_CHANGED,
    TENANT_CONVERTED,
    TENANT_CREATED,
    TENANT_DELETED,
    TENANT_EXPORTED,
    TENANT_FEATURES_CHANGED,
    TENANT_PLAN_CHANGED,
    TENANT_PROVISIONED,
    TENANT_RESTORED,
    TENANT_SECURITY_CHANGED,
    TENANT_SUSPENDED,
    TENANT_UPDATED,
];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let hasher = Hasher::derived(|label| ctx.ports().keys.derive(label));
    web::serve(ctx, endpoints().layer(axum::Extension(hasher)))
}

/// Seeing all tenants: the platform's operators alone.
#[derive(Clone, Copy, Debug)]
pub struct AllTenantsRead;

impl Needs for AllTenantsRead {
    const PERMISSION: &'static str = web::OPERATOR;
    const MEANING: &'static str = "See all tenants";
    const WHILE_IMPERSONATED: bool = false;
}

/// Having a tenant erased.
#[derive(Clone, Copy, Debug)]
pub struct TenantsErase;

impl Needs for TenantsErase {
    const PERMISSION: &'static str = "tenants:erase";
    const MEANING: &'static str = "End the tenant and have all of its data erased";
    const WHILE_SUSPENDED: WhileSuspended = WhileSuspended::ToTheEnd;
    const WHILE_IMPERSONATED: bool = false;
}

/// Taking a tenant's data away.
#[derive(Clone, Copy, Debug)]
pub struct TenantsExport;

impl Needs for TenantsExport {
    const PERMISSION: &'static str = "tenants:export";
    const MEANING: &'static str = "Take away all data of the tenant";
    const WHILE_SUSPENDED: WhileSuspended = WhileSuspended::ToTheEnd;
    const WHILE_IMPERSONATED: bool = false;
}

/// Reading tenants.
#[derive(Clone, Copy, Debug)]
pub struct TenantsRead;

impl Needs for TenantsRead {
    const PERMISSION: &'static str = "tenants:read";
    const MEANING: &'static str = "See the tenant and its settings";
    const PAST_CALL_LIMIT: bool = true;
}

/// Converting the tenant, and paying what it owes.
#[derive(Clone, Copy, Debug)]
pub struct TenantsPay;

impl Needs for TenantsPay {
    const PERMISSION: &'static str = "tenants:pay";
    const MEANING: &'static str = "Continue after the trial, and pay what the tenant owes the platform";
    // The final invoice of one that is over is to be paid too.
    const WHILE_SUSPENDED: WhileSuspended = WhileSuspended::ToTheEnd;
    const WHILE_IMPERSONATED: bool = false;
}

/// Changing the tenant's settings.
#[derive(Clone, Copy, Debug)]
pub struct TenantsWrite;

impl Needs for TenantsWrite {
    const PERMISSION: &'static str = "tenants:write";
    const MEANING: &'static str = "Change the tenant's settings";
    // A larger plan mends what the limit refuses.
    const PAST_CALL_LIMIT: bool = true;
    const WHILE_IMPERSONATED: bool = false;
}
