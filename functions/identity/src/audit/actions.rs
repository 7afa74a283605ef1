//! What the endpoints of identity record in the audit trail.

use identity::audit::Action;

/// An API key was made.
pub(crate) const API_KEY_CREATED: Action = Action::new("api_key.created");
/// An API key was revoked.
pub(crate) const API_KEY_REVOKED: Action = Action::new("api_key.revoked");
/// An address was proven.
pub(crate) const EMAIL_VERIFIED: Action = Action::new("email.verified");
/// Somebody accepted an invitation.
pub(crate) const INVITATION_ACCEPTED: Action = Action::new("invitation.accepted");
/// Somebody was invited.
pub(crate) const INVITATION_CREATED: Action = Action::new("invitation.created");
/// An invitation was taken back.
pub(crate) const INVITATION_REVOKED: Action = Action::new("invitation.revoked");
/// A login failed.
pub(crate) const LOGIN_FAILED: Action = Action::new("login.failed");
/// A login succeeded.
pub(crate) const LOGIN_SUCCEEDED: Action = Action::new("login.succeeded");
/// A second factor was set up.
pub(crate) const MFA_ENROLLED: Action = Action::new("mfa.enrolled");
/// Recovery codes were made.
pub(crate) const MFA_RECOVERY_CODES_CREATED: Action = Action::new("mfa.recovery_codes_created");
/// The second factor was taken away.
pub(crate) const MFA_REMOVED: Action = Action::new("mfa.removed");
/// A password was changed by its owner.
pub(crate) const PASSWORD_CHANGED: Action = Action::new("password.changed");
/// A password was set anew by a mailed link.
pub(crate) const PASSWORD_RESET: Action = Action::new("password.reset");
/// A phone number was proven.
pub(crate) const PHONE_VERIFIED: Action = Action::new("phone.verified");
/// A role was made.
pub(crate) const ROLE_CREATED: Action = Action::new("role.created");
/// A role was deleted.
pub(crate) const ROLE_DELETED: Action = Action::new("role.deleted");
/// A role's permissions were changed.
pub(crate) const ROLE_UPDATED: Action = Action::new("role.updated");
/// A session was ended.
pub(crate) const SESSION_ENDED: Action = Action::new("session.ended");
/// A used refresh token came again, and its session was ended.
pub(crate) const SESSION_REUSE_DETECTED: Action = Action::new("session.reuse_detected");
/// All sessions of a user were ended.
pub(crate) const SESSIONS_ENDED: Action = Action::new("sessions.ended");
/// A token for a service was issued.
pub(crate) const SERVICE_TOKEN_ISSUED: Action = Action::new("service_token.issued");
/// A user was activated again.
pub(crate) const USER_ACTIVATED: Action = Action::new("user.activated");
/// A user was erased.
pub(crate) const USER_ERASED: Action = Action::new("user.erased");
/// Staff read about a user, where the tenant keeps rules that ask for a record of it.
pub(crate) const USER_READ: Action = Action::new("user.read");
/// A user registered.
pub(crate) const USER_REGISTERED: Action = Action::new("user.registered");
/// A user was given a role.
pub(crate) const USER_ROLE_GRANTED: Action = Action::new("user.role_granted");
/// A role was taken from a user.
pub(crate) const USER_ROLE_REVOKED: Action = Action::new("user.role_revoked");
/// A user was suspended.
pub(crate) const USER_SUSPENDED: Action = Action::new("user.suspended");
/// A user's failed logins were forgotten.
pub(crate) const USER_UNLOCKED: Action = Action::new("user.unlocked");
/// A user's profile was changed.
pub(crate) const USER_UPDATED: Action = Action::new("user.updated");
/// Staff read a list of users, where the tenant keeps rules that ask for a record of it.
pub(crate) const USERS_LISTED: Action = Action::new("users.listed");
/// Users were imported.
pub(crate) const USERS_IMPORTED: Action = Action::new("users.imported");

/// All of them.
pub(crate) const ALL: &[Action] = &[
    API_KEY_CREATED,
    API_KEY_REVOKED,
    EMAIL_VERIFIED,
    INVITATION_ACCEPTED,
    INVITATION_CREATED,
    INVITATION_REVOKED,
    LOGIN_FAILED,
    LOGIN_SUCCEEDED,
    MFA_ENROLLED,
    MFA_RECOVERY_CODES_CREATED,
    MFA_REMOVED,
    PASSWORD_CHANGED,
    PASSWORD_RESET,
    PHONE_VERIFIED,
    ROLE_CREATED,
    ROLE_DELETED,
    ROLE_UPDATED,
    SESSION_ENDED,
    SESSION_REUSE_DETECTED,
    SESSIONS_ENDED,
    SERVICE_TOKEN_ISSUED,
    USER_ACTIVATED,
    USER_ERASED,
    USER_READ,
    USER_REGISTERED,
    USER_ROLE_GRANTED,
    USER_ROLE_REVOKED,
    USER_SUSPENDED,
    USER_UNLOCKED,
    USER_UPDATED,
    USERS_IMPORTED,
    USERS_LISTED,
];
