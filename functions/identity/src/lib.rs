//! Identity: sign-up, login, tokens and profiles.

mod accepted;
mod account;
mod attempts;
mod change_password;
mod confirm_totp;
mod create_recovery_codes;
mod delete_totp;
mod end_session;
mod event;
mod forgot_password;
mod get_accept_invitation_page;
mod get_current_user;
mod get_jwks;
mod get_reset_password_page;
mod get_verify_email_page;
mod import_users;
mod list_sessions;
mod login;
mod logout;
mod logout_all;
mod pair;
mod refresh_tokens;
mod register_user;
mod request_phone_code;
mod resend_verification;
mod reset_password;
mod second_factor;
#[cfg(test)]
mod second_factor_tests;
mod session_end;
#[cfg(test)]
mod session_races_tests;
mod session_room;
#[cfg(test)]
mod signed_in_room;
mod start_totp;
mod user_view;
mod verify_email;
mod verify_phone;

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
        .routes(routes!(refresh_tokens::refresh_tokens))
        .routes(routes!(logout::logout))
        .routes(routes!(logout_all::logout_all))
        .routes(routes!(list_sessions::list_sessions))
        .routes(routes!(end_session::end_session))
        .routes(routes!(forgot_password::forgot_password))
        .routes(routes!(reset_password::reset_password))
        .routes(routes!(change_password::change_password))
        .routes(routes!(import_users::import_users))
        .routes(routes!(get_current_user::get_current_user))
        .routes(routes!(start_totp::start_totp))
        .routes(routes!(confirm_totp::confirm_totp))
        .routes(routes!(delete_totp::delete_totp))
        .routes(routes!(create_recovery_codes::create_recovery_codes))
        .routes(routes!(request_phone_code::request_phone_code))
        .routes(routes!(verify_phone::verify_phone))
        .routes(routes!(get_jwks::get_jwks))
        .routes(routes!(get_verify_email_page::get_verify_email_page))
        .routes(routes!(get_reset_password_page::get_reset_password_page))
        .routes(routes!(get_accept_invitation_page::get_accept_invitation_page))
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
