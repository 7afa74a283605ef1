//! Users, passwords, sessions, tokens, roles, and the audit trail.

mod api_key;
mod api_keys;
pub mod audit;
pub mod audit_chain;
mod audit_trail;
mod hash;
mod key_text;
mod keyring;
mod login;
mod password;
mod permission;
mod role;
mod roles;
mod service_token;
mod session;
mod sessions;
mod token;
mod user;
mod users;
mod verification;

pub use api_key::{
    ApiKey, ApiKeyError, ApiKeyName, ApiKeyTexts, KeyDays, KeyHolder, KeyRoster, KeyStatus, MAX_LIVE_KEYS, MAX_SCOPES,
    NewApiKey,
};
pub use api_keys::{ApiKeyPage, ApiKeys};
pub use audit_trail::{AuditFilter, AuditPage, AuditTrail, MAX_CHAINED};
pub use keyring::KeyRing;
pub use login::{Attempts, LoginGuard};
pub use password::{HashError, Hasher, Password, PasswordError, PasswordHash, PasswordRules};
pub use permission::{PERMISSIONS, Permission, PermissionError};
pub use role::{Grants, Reach, Role, RoleBook, RoleDefinition, RoleName, RoleNameError};
pub use roles::Roles;
pub use service_token::{Audience, ServiceAccess, TokenSeconds, scope_text};
pub use session::{Device, Lifetimes, NewSession, RefreshKeys, Session, SessionStatus};
pub use sessions::Sessions;
pub use token::{AUDIENCE, Access, TokenError};
pub use user::{
    Locale, NewUser, PersonName, PhoneCheck, Preferences, Registration, RiskTolerance, Totp, User, UserError,
    UserStatus, Username, UsernameError,
};
pub use users::{Taken, Users};
pub use verification::{LinkClaim, LinkKeys, Purpose, VerificationError, VerifyToken};
