//! Users, passwords, sessions, tokens, roles, and the audit trail.

mod analytics;
mod api_keys;
pub mod audit;
#[cfg(test)]
mod golden;
mod hash;
mod impersonation;
mod invitations;
mod mfa;
mod passwords;
mod roles;
mod sessions;
mod tokens;
mod users;
mod verification;

pub use analytics::activity;

pub use analytics::statistics::{Analytics, Cohort, DayCount, Days, RangeError, WeekCount};
pub use api_keys::api_key::{
    ApiKey, ApiKeyError, ApiKeyName, ApiKeyTexts, KeyDays, KeyRoster, KeyStatus, MAX_LIVE_KEYS, MAX_SCOPES, NewApiKey,
};
pub use api_keys::key_text::KeyHolder;
pub use api_keys::repo::ApiKeys;
pub use audit::trail::{AuditFilter, AuditTrail, MAX_CHAINED};
pub use hash::username_hash;
pub use impersonation::{
    error::ImpersonationError,
    repo::Impersonations,
    rules::{IMPERSONATION_MINUTES, Impersonation, ImpersonationEnd, NewImpersonation, may_impersonate},
};
pub use invitations::invitation::{
    AddressClaim, Invitation, InvitationError, InvitationStatus, InvitedRoles, Invitee, MAY_HAND_OVER, MAY_INVITE,
    NewInvitation, beyond_user,
};
pub use invitations::repo::{Invitations, Pending};
pub use mfa::mfa_guard::MfaGuard;
pub use mfa::totp::{CodeOwner, Enrolment, MfaCode, MfaError, RECOVERY_CODES, SecondFactorKeys, recovery_codes};
pub use passwords::breached_passwords::BreachedPasswords;
pub use passwords::hasher::{Checked, HashError, Hasher, PasswordHash, Pepper};
pub use passwords::imported::{ImportedHashError, Imports};
pub use passwords::login::{Admission, Attempts, Begun, LoginGuard, seconds};
pub use passwords::password::{Candidate, Password, PasswordError, PasswordRules, Sighting};
pub use passwords::stored::UserWithPassword;
pub use roles::permission::{Permission, PermissionError};
pub use roles::repo::Roles;
pub use roles::role::{Grants, Reach, Role, RoleBook, RoleDefinition, RoleName, RoleNameError};
pub use roles::role_change::{MAX_CUSTOM_ROLES, PermissionSet, RoleDescription, RoleError, RolePatch};
pub use sessions::refresh::{Exchange, RefreshError, Rotation, Successor};
pub use sessions::repo::Sessions;
pub use sessions::session::{Acting, Device, Lifetimes, NewSession, RefreshClaim, RefreshKeys, Session, SessionStatus};
pub use tokens::error::TokenError;
pub use tokens::keyring::KeyRing;
pub use tokens::service_token::{ServiceAccess, TokenAudience, TokenSeconds, scope_text};
pub use tokens::token::{AUDIENCE, Access};
pub use users::address_index::AddressIndex;
pub use users::claim::{LinkUser, Ownership};
pub use users::directory::UserFilter;
pub use users::membership::{Changed, MembershipError, NotChanged, may_change};
pub use users::preferences::{Preferences, PreferencesChange, RiskTolerance, Symbol, Watchlist};
pub use users::profile::ProfileChange;
pub use users::repo::{TakenSlots, Users};
pub use users::suspension::{Reason, Suspension};
pub use users::user::{
    NewUser, PersonName, PhoneCheck, Registration, Totp, User, UserError, UserStatus, Username, UsernameError,
};
pub use users::user_import::{ImportFault, ImportRow, Imported};
pub use verification::link::{LinkClaim, LinkKeys, LinkPurpose, VerificationError, VerifyToken};
pub use verification::phone_check::{PhoneCheckError, PhoneKeys};
pub use verification::recovery::LinkRequest;
pub use verification::registrations::Registrations;
