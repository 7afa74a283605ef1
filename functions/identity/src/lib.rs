//! Identity: sign-up, login, tokens and profiles.

#[cfg(test)]
mod addresses_tests;
mod get_current_user;
mod get_jwks;
mod login;
mod pair;
mod register_user;
#[cfg(test)]
mod security_settings_tests;
mod user_view;
mod verify_email;

use cloud::{Ctx, Function};
use identity::Hasher;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::Api;

/// The routes of this group.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(register_user::register_user))
        .routes(routes!(verify_email::verify_email))
        .routes(routes!(login::login))
        .routes(routes!(get_current_user::get_current_user))
        .routes(routes!(get_jwks::get_jwks))
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let hasher = Hasher::new(ctx.ports().keys.derive("pepper 1"));
    let routes = routes().layer(axum::Extension(hasher));
    web::serve(ctx, routes)
}
