//! What the platform says about itself: index, health, the OpenAPI document and its readable form; and about paths that do
//! not exist.

mod get_docs;
mod get_health;
mod get_index;
mod get_openapi;
mod page;
mod unknown_path;

use axum::routing::any;
use cloud::{Ctx, Function};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::Api;

/// The OpenAPI document of all groups, written by `cargo xtask openapi`; a test keeps it true.
const OPENAPI: &str = include_str!("../../../docs/openapi.json");

/// The routes of this group.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(get_index::get_index))
        .routes(routes!(get_health::get_health))
        .routes(routes!(get_openapi::get_openapi))
        .routes(routes!(get_docs::get_docs))
        .route("/{*path}", any(unknown_path::unknown_path))
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, routes())
}
