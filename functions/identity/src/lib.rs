//! Identity: sign-up, login, tokens, profiles and users.

mod accept_invitation;
#[cfg(test)]
mod accept_invitation_tests;
mod accepted;
mod account;
mod account_key;
mod activate_user;
#[cfg(test)]
mod addresses_tests;
mod api_key_view;
mod attempts;
mod book_change;
#[cfg(test)]
mod breached_passwords_tests;
mod change_password;
mod change_user;
mod check_audit_chain;
mod claim;
#[cfg(test)]
mod claim_tests;
mod confirm_totp;
mod create_api_key;
mod create_invitation;
mod create_recovery_codes;
mod create_role;
mod create_service_token;
mod delete_api_key;
mod delete_role;
mod delete_totp;
mod end_session;
mod erase_user;
#[cfg(test)]
mod erase_user_tests;
mod forgot_password;
mod get_accept_invitation_page;
mod get_current_user;
mod get_jwks;
mod get_reset_password_page;
mod get_user;
mod get_user_analytics;
#[cfg(test)]
mod get_user_analytics_tests;
mod get_verify_email_page;
mod grant_role;
mod import_users;
mod invitation_view;
#[cfg(test)]
mod invitations_tests;
#[cfg(test)]
mod link_races_tests;
mod list_api_keys;
mod list_audit;
mod list_invitations;
mod list_permissions;
mod list_roles;
mod list_sessions;
mod list_users;
mod login;
mod logout;
mod logout_all;
mod pair;
#[cfg(test)]
mod peppers_tests;
mod profile_view;
mod record_activity;
mod refresh_tokens;
#[cfg(test)]
mod register_races_tests;
mod register_user;
#[cfg(test)]
mod replays_tests;
mod request_phone_code;
mod resend_verification;
mod reset_password;
mod revoke_invitation;
mod revoke_role;
mod role_holder;
#[cfg(test)]
mod role_holder_tests;
mod role_view;
#[cfg(test)]
mod roles_tests;
mod second_factor;
#[cfg(test)]
mod second_factor_tests;
#[cfg(test)]
mod security_settings_tests;
mod session_end;
#[cfg(test)]
mod session_races_tests;
mod session_room;
#[cfg(test)]
mod signed_in_room;
mod start_totp;
mod suspend_user;
#[cfg(test)]
mod suspend_user_tests;
mod take_role;
#[cfg(test)]
mod trial_end_tests;
mod unlock_user;
mod update_current_user;
mod update_role;
mod update_user;
mod user_view;
mod verify_email;
mod verify_phone;

use cloud::{Ctx, Function};
use identity::{Hasher, MAY_INVITE};
use web::{Endpoints, Needs};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "identity":
        register_user,
        verify_email,
        resend_verification,
        login,
        refresh_tokens,
        logout,
        logout_all,
        list_sessions,
        end_session,
        forgot_password,
        reset_password,
        change_password,
        import_users,
        start_totp,
        confirm_totp,
        delete_totp,
        create_recovery_codes,
        request_phone_code,
        verify_phone,
        get_current_user,
        update_current_user,
        list_users,
        get_user_analytics,
        get_user,
        update_user,
        erase_user,
        suspend_user,
        activate_user,
        unlock_user,
        create_api_key,
        list_api_keys,
        delete_api_key,
        create_service_token,
        list_audit,
        check_audit_chain,
        get_jwks,
        get_verify_email_page,
        get_reset_password_page,
        get_accept_invitation_page,
        list_invitations,
        create_invitation,
        revoke_invitation,
        accept_invitation,
        list_permissions,
        list_roles,
        create_role,
        update_role,
        delete_role,
        grant_role,
        take_role,
        revoke_role,
    )
}

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
}

/// May change, suspend, activate, unlock and import users.
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
