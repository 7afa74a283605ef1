//! Identity: sign-up, login, tokens, profiles and users.

mod accepted;
mod account_pages;
mod analytics;
mod api_keys;
mod audit;
mod invitations;
#[cfg(test)]
mod link_races_tests;
mod logins;
mod mfa;
mod passwords;
mod profile;
mod registrations;
#[cfg(test)]
mod replays_tests;
mod roles;
mod sessions;
mod tokens;
#[cfg(test)]
mod trial_end_tests;
mod user_roles;
mod users;

use cloud::{Ctx, Function};
use identity::{Hasher, MAY_INVITE};
use web::{Endpoints, NeededPermission, Needs, PlanAccess, WhileSuspended};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "identity":
        registrations { register_user, verify_email, resend_verification },
        logins { login },
        tokens { refresh_tokens, get_jwks },
        sessions { logout, logout_all, list_sessions, end_session },
        passwords { forgot_password, reset_password, change_password },
        users { import_users, list_users, get_user, update_user, erase_user, suspend_user, activate_user, unlock_user },
        mfa { start_totp, confirm_totp, delete_totp, create_recovery_codes },
        profile { request_phone_code, verify_phone, get_current_user, update_current_user },
        analytics { get_user_analytics },
        api_keys { create_api_key, list_api_keys, delete_api_key, create_service_token },
        audit { list_audit, list_tenant_audit, check_audit_chain },
        account_pages {
            get_verify_email_page, get_reset_password_page, get_accept_invitation_page, get_sign_in_tenant,
        },
        invitations { list_invitations, create_invitation, revoke_invitation, accept_invitation },
        roles { list_permissions, list_roles, create_role, get_role, update_role, delete_role },
        user_roles { grant_role, take_role, revoke_role },
    )
    .asking(PERMISSIONS)
    .recording(audit::actions::ALL)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[
    NeededPermission::of::<UsersRead>(),
    NeededPermission::of::<UsersWrite>(),
    NeededPermission::of::<UsersDelete>(),
    NeededPermission::of::<ApiKeysRead>(),
    NeededPermission::of::<ApiKeysWrite>(),
    NeededPermission::of::<AuditRead>(),
    NeededPermission::of::<InvitationsRead>(),
    NeededPermission::of::<InvitationsWrite>(),
    NeededPermission::of::<RolesRead>(),
    NeededPermission::of::<RolesWrite>(),
    NeededPermission::of::<UsersRoles>(),
];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let hasher = Hasher::derived(|label| ctx.ports().keys.derive(label));
    let routes = endpoints().layer(axum::Extension(hasher));
    web::serve(ctx, routes)
}

/// May see users and how many there are.
#[derive(Clone, Copy, Debug)]
pub struct UsersRead;

impl Needs for UsersRead {
    const PERMISSION: &'static str = "users:read";
    const MEANING: &'static str = "See users and how many there are";
}

/// May change, suspend, activate, unlock and import users.
#[derive(Clone, Copy, Debug)]
pub struct UsersWrite;

impl Needs for UsersWrite {
    const PERMISSION: &'static str = "users:write";
    const MEANING: &'static str = "Change, suspend, activate and import users";
    const WHILE_IMPERSONATED: bool = false;
}

/// May erase users; customers themselves.
#[derive(Clone, Copy, Debug)]
pub struct UsersDelete;

impl Needs for UsersDelete {
    const PERMISSION: &'static str = "users:delete";
    const MEANING: &'static str = "Erase users";
    const ACCESS: PlanAccess = PlanAccess::Basic;
    const WHILE_IMPERSONATED: bool = false;
}

/// Seeing API keys.
#[derive(Clone, Copy, Debug)]
pub struct ApiKeysRead;

impl Needs for ApiKeysRead {
    const PERMISSION: &'static str = "api_keys:read";
    const MEANING: &'static str = "See the API keys, without their secrets";
}

/// Making and revoking API keys.
#[derive(Clone, Copy, Debug)]
pub struct ApiKeysWrite;

impl Needs for ApiKeysWrite {
    const PERMISSION: &'static str = "api_keys:write";
    const MEANING: &'static str = "Make and revoke API keys";
    const WHILE_SUSPENDED: WhileSuspended = WhileSuspended::ReadsAndDeletes;
    const WHILE_IMPERSONATED: bool = false;
}

/// Reading the audit trail.
#[derive(Clone, Copy, Debug)]
pub struct AuditRead;

impl Needs for AuditRead {
    const PERMISSION: &'static str = "audit:read";
    const MEANING: &'static str = "Read the audit trail";
}

/// Reading invitations.
#[derive(Clone, Copy, Debug)]
pub struct InvitationsRead;

impl Needs for InvitationsRead {
    const PERMISSION: &'static str = "invitations:read";
    const MEANING: &'static str = "See open invitations";
}

/// Inviting, and taking invitations back.
#[derive(Clone, Copy, Debug)]
pub struct InvitationsWrite;

impl Needs for InvitationsWrite {
    const PERMISSION: &'static str = MAY_INVITE;
    const MEANING: &'static str = "Invite people and take invitations back";
    const WHILE_IMPERSONATED: bool = false;
}

/// Reading roles and permissions.
#[derive(Clone, Copy, Debug)]
pub struct RolesRead;

impl Needs for RolesRead {
    const PERMISSION: &'static str = "roles:read";
    const MEANING: &'static str = "See roles and permissions";
}

/// Making, changing and deleting roles.
#[derive(Clone, Copy, Debug)]
pub struct RolesWrite;

impl Needs for RolesWrite {
    const PERMISSION: &'static str = "roles:write";
    const MEANING: &'static str = "Make, change and delete roles";
    const WHILE_IMPERSONATED: bool = false;
}

/// Giving and taking roles.
#[derive(Clone, Copy, Debug)]
pub struct UsersRoles;

impl Needs for UsersRoles {
    const PERMISSION: &'static str = "users:roles";
    const MEANING: &'static str = "Give and take roles";
    const WHILE_IMPERSONATED: bool = false;
}
