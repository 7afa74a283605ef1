//! Users, passwords, sessions, tokens, roles, and the audit trail.

pub mod activity;
pub mod audit;
mod directory;
mod hash;
mod keyring;
mod login;
mod membership;
mod password;
mod permission;
mod preferences;
mod profile;
mod role;
mod roles;
mod session;
mod sessions;
mod statistics;
mod token;
mod user;
mod users;
mod verification;

pub use directory::{UserFilter, UserPage};
pub use keyring::KeyRing;
pub use login::{Attempts, LoginGuard};
pub use membership::{Changed, MembershipError, NotChanged, Reason, Suspension, may_change};
pub use password::{HashError, Hasher, Password, PasswordError, PasswordHash, PasswordRules};
pub use permission::{PERMISSIONS, Permission, PermissionError};
pub use preferences::{Locale, Preferences, PreferencesChange, RiskTolerance, Symbol, Watchlist};
pub use profile::ProfileChange;
pub use role::{Grants, Reach, Role, RoleBook, RoleDefinition, RoleName, RoleNameError};
pub use roles::Roles;
pub use session::{Device, Lifetimes, NewSession, RefreshKeys, Session, SessionStatus};
pub use sessions::Sessions;
pub use statistics::{Analytics, Cohort, DayCount, Days, RangeError, WeekCount};
pub use token::{AUDIENCE, Access, TokenError};
pub use user::{
    NewUser, PersonName, PhoneCheck, Registration, Totp, User, UserError, UserStatus, Username, UsernameError,
};
pub use users::{Taken, Users};
pub use verification::{LinkClaim, LinkKeys, Purpose, VerificationError, VerifyToken};
