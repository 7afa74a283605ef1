//! What the platform says about itself: index, health, metrics, the OpenAPI document and its readable form; and about paths
//! that do not exist.

#[cfg(test)]
mod counted;
mod exposition;
mod frame;
mod get_docs;
mod get_docs_page;
mod get_health;
mod get_health_services;
mod get_index;
mod get_metrics;
mod get_openapi;
#[cfg(test)]
mod guides;

use std::sync::Arc;

use cloud::{Ctx, Function};
use web::{Endpoints, NeededPermission, Needs};

use crate::get_health_services::Seen;

/// The OpenAPI document of all groups, written by `cargo xtask openapi`; a test keeps it true.
const OPENAPI: &str = include_str!("../../../docs/openapi.json");

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "platform":
        get_index,
        get_health,
        get_health_services,
        get_metrics,
        get_openapi,
        get_docs,
        get_docs_page,
    )
    .asking(PERMISSIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[NeededPermission::of::<PlatformRead>()];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints().layer(axum::Extension(Arc::<Seen>::default())))
}

/// Reading what is the platform's: its operators alone.
#[derive(Clone, Copy, Debug)]
pub struct PlatformRead;

impl Needs for PlatformRead {
    const PERMISSION: &'static str = "platform:read";
    const MEANING: &'static str = "See what is the platform's";
}
