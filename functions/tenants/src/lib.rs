//! Tenants: sign-up and lifecycle.

mod security;
mod tenants;

use cloud::{Ctx, Function};
use identity::Hasher;
use web::{Endpoints, Needs, WhileSuspended};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "tenants":
        tenants { create_tenant, get_current_tenant, get_tenant, convert_tenant },
        security { get_security_settings, replace_security_settings },
    )
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let hasher = Hasher::derived(|label| ctx.ports().keys.derive(label));
    web::serve(ctx, endpoints().layer(axum::Extension(hasher)))
}

/// Reading tenants.
#[derive(Clone, Copy, Debug)]
pub struct TenantsRead;

impl Needs for TenantsRead {
    const PERMISSION: &'static str = "tenants:read";
}

/// Changing the tenant's settings.
#[derive(Clone, Copy, Debug)]
pub struct TenantsWrite;

impl Needs for TenantsWrite {
    const PERMISSION: &'static str = "tenants:write";
    const WHILE_SUSPENDED: WhileSuspended = WhileSuspended::Everything;
}
