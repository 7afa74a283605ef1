//! Identity: sign-up, login, tokens, profiles, roles and invitations.

mod accept_invitation;
#[cfg(test)]
mod accept_invitation_tests;
mod book_change;
mod create_invitation;
mod create_role;
mod delete_role;
mod event;
mod get_current_user;
mod get_jwks;
mod grant_role;
mod invitation_view;
#[cfg(test)]
mod invitations_tests;
mod list_invitations;
mod list_permissions;
mod list_roles;
mod login;
mod pair;
mod register_user;
mod revoke_invitation;
mod revoke_role;
mod role_holder;
#[cfg(test)]
mod role_holder_tests;
mod role_view;
#[cfg(test)]
mod roles_tests;
mod update_role;
mod user_view;
mod verify_email;

use cloud::{Ctx, Function};
use identity::{Hasher, MAY_INVITE};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{Api, Needs};

/// The routes of this group.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(register_user::register_user))
        .routes(routes!(verify_email::verify_email))
        .routes(routes!(login::login))
        .routes(routes!(get_current_user::get_current_user))
        .routes(routes!(get_jwks::get_jwks))
        .routes(routes!(list_invitations::list_invitations, create_invitation::create_invitation))
        .routes(routes!(revoke_invitation::revoke_invitation))
        .routes(routes!(accept_invitation::accept_invitation))
        .routes(routes!(list_permissions::list_permissions))
        .routes(routes!(list_roles::list_roles, create_role::create_role))
        .routes(routes!(update_role::update_role, delete_role::delete_role))
        .routes(routes!(grant_role::grant_role))
        .routes(routes!(revoke_role::revoke_role))
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let hasher = Hasher::new(ctx.ports().keys.derive("pepper 1"));
    let routes = routes().layer(axum::Extension(hasher));
    web::serve(ctx, routes)
}

/// Reading invitations.
#[derive(Clone, Copy, Debug)]
pub struct InvitationsRead;

impl Needs for InvitationsRead {
    const PERMISSION: &'static str = "invitations:read";
}

/// Inviting, and taking invitations back.
#[derive(Clone, Copy, Debug)]
pub struct InvitationsWrite;

impl Needs for InvitationsWrite {
    const PERMISSION: &'static str = MAY_INVITE;
}

/// Reading roles and permissions.
#[derive(Clone, Copy, Debug)]
pub struct RolesRead;

impl Needs for RolesRead {
    const PERMISSION: &'static str = "roles:read";
}

/// Making, changing and deleting roles.
#[derive(Clone, Copy, Debug)]
pub struct RolesWrite;

impl Needs for RolesWrite {
    const PERMISSION: &'static str = "roles:write";
}

/// Giving and taking roles.
#[derive(Clone, Copy, Debug)]
pub struct UsersRoles;

impl Needs for UsersRoles {
    const PERMISSION: &'static str = "users:roles";
}
