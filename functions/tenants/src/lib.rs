//! Tenants: sign-up and lifecycle.

mod create_tenant;
mod get_current_tenant;
mod get_tenant;
mod tenant_view;

use cloud::{Ctx, Function};
use identity::Hasher;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{Api, Needs};

/// The routes of this group.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(create_tenant::create_tenant))
        .routes(routes!(get_current_tenant::get_current_tenant))
        .routes(routes!(get_tenant::get_tenant))
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let hasher = Hasher::new(ctx.ports().keys.derive("pepper 1"));
    web::serve(ctx, routes().layer(axum::Extension(hasher)))
}

/// Reading tenants.
#[derive(Clone, Copy, Debug)]
pub struct TenantsRead;

impl Needs for TenantsRead {
    const PERMISSION: &'static str = "tenants:read";
}
