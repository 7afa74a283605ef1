//! Identity: sign-up, login, tokens and profiles.

mod accepted;
mod account_page;
mod attempts;
mod change_password;
mod event;
mod forgot_password;
mod get_current_user;
mod get_jwks;
mod import_users;
mod login;
mod pair;
mod register_user;
mod resend_verification;
mod reset_password;
mod show_accept_invitation;
mod show_reset_password;
mod show_verify_email;
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
        .routes(routes!(resend_verification::resend_verification))
        .routes(routes!(login::login))
        .routes(routes!(forgot_password::forgot_password))
        .routes(routes!(reset_password::reset_password))
        .routes(routes!(change_password::change_password))
        .routes(routes!(import_users::import_users))
        .routes(routes!(show_verify_email::show_verify_email))
        .routes(routes!(show_reset_password::show_reset_password))
        .routes(routes!(show_accept_invitation::show_accept_invitation))
        .routes(routes!(get_current_user::get_current_user))
        .routes(routes!(get_jwks::get_jwks))
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let hasher = Hasher::new(ctx.ports().keys.derive("pepper 1"));
    let routes = routes().layer(axum::Extension(hasher));
    web::serve(ctx, routes)
}

/// Whoever may change and import users.
pub struct UsersWrite;

impl Needs for UsersWrite {
    const PERMISSION: &'static str = "users:write";
}
