//! Users, passwords, sessions, tokens, roles, and the audit trail.

pub mod audit;
mod hash;
mod held;
mod invitation;
mod invitations;
mod keyring;
mod login;
mod membership;
mod password;
mod permission;
mod role;
mod role_change;
mod roles;
mod session;
mod sessions;
mod token;
mod user;
mod users;
mod verification;

pub use invitation::{
    Claim, Invitation, InvitationError, InvitationStatus, InvitedRoles, Invitee, MAY_INVITE, NewInvitation,
};
pub use invitations::{InvitationPage, Invitations, Pending};
pub use keyring::KeyRing;
pub use login::{Attempts, LoginGuard};
pub use membership::MembershipError;
pub use password::{HashError, Hasher, Password, PasswordError, PasswordHash, PasswordRules};
pub use permission::{PERMISSIONS, Permission, PermissionError};
pub use role::{Grants, Reach, Role, RoleBook, RoleDefinition, RoleName, RoleNameError};
pub use role_change::{MAX_CUSTOM_ROLES, PermissionSet, RoleDescription, RoleError, RolePatch};
pub use roles::Roles;
pub use session::{Device, Lifetimes, NewSession, RefreshKeys, Session, SessionStatus};
pub use sessions::Sessions;
pub use token::{AUDIENCE, Access, TokenError};
pub use user::{
    Locale, NewUser, PersonName, PhoneCheck, Preferences, Registration, RiskTolerance, Totp, User, UserError,
    UserStatus, Username, UsernameError,
};
pub use users::{Taken, Users};
pub use verification::{LinkClaim, LinkKeys, Purpose, VerificationError, VerifyToken};
