//! Identity: sign-up, login, tokens, profiles, API keys and the audit trail.

mod api_key_view;
mod check_audit_chain;
mod create_api_key;
mod create_service_token;
mod delete_api_key;
mod get_current_user;
mod get_jwks;
mod list_api_keys;
mod list_audit;
mod login;
mod pair;
mod register_user;
mod user_view;
mod verify_email;

use cloud::{Ctx, Function};
use identity::Hasher;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{Api, Needs};

/// The routes of this group.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(register_user::register_user))
        .routes(routes!(verify_email::verify_email))
        .routes(routes!(login::login))
        .routes(routes!(get_current_user::get_current_user))
        .routes(routes!(create_api_key::create_api_key, list_api_keys::list_api_keys))
        .routes(routes!(delete_api_key::delete_api_key))
        .routes(routes!(create_service_token::create_service_token))
        .routes(routes!(list_audit::list_audit))
        .routes(routes!(check_audit_chain::check_audit_chain))
        .routes(routes!(get_jwks::get_jwks))
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let hasher = Hasher::new(ctx.ports().keys.derive("pepper 1"));
    let routes = routes().layer(axum::Extension(hasher));
    web::serve(ctx, routes)
}

/// Seeing API keys.
#[derive(Clone, Copy, Debug)]
pub struct ApiKeysRead;

impl Needs for ApiKeysRead {
    const PERMISSION: &'static str = "api_keys:read";
}

/// Making and revoking API keys.
#[derive(Clone, Copy, Debug)]
pub struct ApiKeysWrite;

impl Needs for ApiKeysWrite {
    const PERMISSION: &'static str = "api_keys:write";
}

/// Reading the audit trail.
#[derive(Clone, Copy, Debug)]
pub struct AuditRead;

impl Needs for AuditRead {
    const PERMISSION: &'static str = "audit:read";
}
