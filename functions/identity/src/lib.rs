//! Identity: sign-up, login, tokens, profiles and users.

mod account_key;
mod activate_user;
mod change_user;
mod erase_user;
#[cfg(test)]
mod erase_user_tests;
mod get_current_user;
mod get_jwks;
mod get_user;
mod get_user_analytics;
#[cfg(test)]
mod get_user_analytics_tests;
mod list_users;
mod login;
mod pair;
mod profile_view;
mod record_activity;
mod register_user;
mod suspend_user;
#[cfg(test)]
mod suspend_user_tests;
mod unlock_user;
mod update_current_user;
mod update_user;
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
        .routes(routes!(get_current_user::get_current_user, update_current_user::update_current_user))
        .routes(routes!(list_users::list_users))
        .routes(routes!(get_user_analytics::get_user_analytics))
        .routes(routes!(get_user::get_user, update_user::update_user, erase_user::erase_user))
        .routes(routes!(suspend_user::suspend_user))
        .routes(routes!(activate_user::activate_user))
        .routes(routes!(unlock_user::unlock_user))
        .routes(routes!(get_jwks::get_jwks))
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let hasher = Hasher::new(ctx.ports().keys.derive("pepper 1"));
    let routes = routes().layer(axum::Extension(hasher));
    web::serve(ctx, routes)
}

/// May see users and how many there are.
#[derive(Clone, Copy, Debug)]
pub struct UsersRead;

impl Needs for UsersRead {
    const PERMISSION: &'static str = "users:read";
}

/// May change, suspend, activate and unlock users.
#[derive(Clone, Copy, Debug)]
pub struct UsersWrite;

impl Needs for UsersWrite {
    const PERMISSION: &'static str = "users:write";
}

/// May erase users; customers themselves.
#[derive(Clone, Copy, Debug)]
pub struct UsersDelete;

impl Needs for UsersDelete {
    const PERMISSION: &'static str = "users:delete";
}
