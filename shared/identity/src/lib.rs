//! Users, passwords, sessions, tokens, roles, and the audit trail.

pub mod activity;
mod address_index;
mod api_key;
mod api_keys;
pub mod audit;
pub mod audit_chain;
mod audit_trail;
mod breached_passwords;
mod claim;
mod directory;
#[cfg(test)]
mod golden;
mod hash;
mod hasher;
mod held;
mod imported;
mod invitation;
mod invitations;
mod key_text;
mod keyring;
mod login;
mod membership;
mod mfa_guard;
mod password;
mod permission;
mod phone_check;
mod preferences;
mod profile;
mod recovery;
mod refresh;
mod registrations;
mod role;
mod role_change;
mod roles;
mod service_token;
mod session;
mod sessions;
mod statistics;
mod token;
mod totp;
mod user;
mod user_import;
mod users;
mod verification;

pub use address_index::AddressIndex;
pub use api_key::{
    ApiKey, ApiKeyError, ApiKeyName, ApiKeyTexts, KeyDays, KeyHolder, KeyRoster, KeyStatus, MAX_LIVE_KEYS, MAX_SCOPES,
    NewApiKey,
};
pub use api_keys::ApiKeys;
pub use audit_trail::{AuditFilter, AuditTrail, MAX_CHAINED};
pub use breached_passwords::{BreachedPasswords, Sighting};
pub use claim::{LinkUser, Ownership};
pub use directory::UserFilter;
pub use hasher::{Checked, HashError, Hasher, PasswordHash, Pepper};
pub use imported::{ImportedHashError, Imports};
pub use invitation::{
    AddressClaim, Invitation, InvitationError, InvitationStatus, InvitedRoles, Invitee, MAY_HAND_OVER, MAY_INVITE,
    NewInvitation, beyond_user,
};
pub use invitations::{Invitations, Pending};
pub use keyring::KeyRing;
pub use login::{Admission, Attempts, Begun, LoginGuard, seconds};
pub use membership::{Changed, MembershipError, NotChanged, Reason, Suspension, may_change};
pub use mfa_guard::MfaGuard;
pub use password::{Candidate, Password, PasswordError, PasswordRules};
pub use permission::{PERMISSIONS, Permission, PermissionError};
pub use phone_check::{PhoneCheckError, PhoneKeys};
pub use preferences::{Preferences, PreferencesChange, RiskTolerance, Symbol, Watchlist};
pub use profile::ProfileChange;
pub use recovery::LinkRequest;
pub use refresh::{Exchange, RefreshError, Rotation, Successor};
pub use registrations::Registrations;
pub use role::{Grants, Reach, Role, RoleBook, RoleDefinition, RoleName, RoleNameError};
pub use role_change::{MAX_CUSTOM_ROLES, PermissionSet, RoleDescription, RoleError, RolePatch};
pub use roles::Roles;
pub use service_token::{ServiceAccess, TokenAudience, TokenSeconds, scope_text};
pub use session::{Device, Lifetimes, NewSession, RefreshClaim, RefreshKeys, Session, SessionStatus};
pub use sessions::Sessions;
pub use statistics::{Analytics, Cohort, DayCount, Days, RangeError, WeekCount};
pub use token::{AUDIENCE, Access, TokenError};
pub use totp::{CodeOwner, Enrolment, MfaCode, MfaError, RECOVERY_CODES, SecondFactorKeys, recovery_codes};
pub use user::{
    NewUser, PersonName, PhoneCheck, Registration, Totp, User, UserError, UserStatus, Username, UsernameError,
};
pub use user_import::{ImportFault, ImportRow, Imported};
pub use users::{TakenSlots, Users};
pub use verification::{LinkClaim, LinkKeys, LinkPurpose, VerificationError, VerifyToken};
