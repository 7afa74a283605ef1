//! Users, passwords, tokens, roles.

mod login;
mod password;
mod permission;
mod token;
mod user;
mod users;
mod verification;

pub use login::{Attempts, LoginGuard};
pub use password::{Hasher, Password, PasswordError, PasswordHash};
pub use permission::{Permission, PermissionError, Reach, Role};
pub use token::{Access, Claims, TokenError, TokenKeys};
pub use user::{NewUser, Registration, User, UserError, UserStatus, Username, UsernameError};
pub use users::{Taken, Users};
pub use verification::{LinkKeys, VerificationError, VerifyToken};
