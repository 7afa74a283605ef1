//! A user, as callers see one.

use identity::{Role, User, UserStatus};
use kernel::{Email, Phone, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// A user. Never the stored record: no hash, no link.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserView {
    pub id: UserId,
    pub email: Email,
    /// The name to be seen by; one signs in by the address.
    #[schema(example = "budi")]
    pub username: String,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// A proven phone number.
    pub phone: Option<Phone>,
    /// What the user may do: `ADMIN`, `MANAGER`, `USER`.
    pub roles: Vec<Role>,
    pub status: UserStatus,
    /// Whether the address is proven.
    pub email_verified: bool,
    /// When the user was created.
    pub created_at: Timestamp,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            email: user.email.clone(),
            username: user.username.as_str().to_owned(),
            first_name: user.first_name.clone().map(String::from),
            last_name: user.last_name.clone().map(String::from),
            phone: user.phone.clone(),
            roles: user.roles.clone(),
            status: user.status,
            email_verified: user.email_verified_at.is_some(),
            created_at: user.created_at,
        }
    }
}
