//! A user, as staff sees one.

use customers::Customer;
use identity::{Reason, Role, User, UserStatus};
use kernel::{CustomerId, Email, Phone, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// A user, as staff sees one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdminUserView {
    pub id: UserId,
    pub email: Email,
    /// Whether the address is proven.
    pub email_verified: bool,
    /// The name to be seen by.
    #[schema(example = "budi")]
    pub username: String,
    /// The given name, or the username.
    #[schema(example = "Budi Santoso")]
    pub name: String,
    /// A proven phone number.
    pub phone: Option<Phone>,
    pub roles: Vec<Role>,
    pub status: UserStatus,
    /// Whether logins ask for a second factor.
    #[schema(example = false)]
    pub mfa_enabled: bool,
    /// Since when the user is suspended; null when they are not.
    pub suspended_at: Option<Timestamp>,
    /// Why, if somebody said so.
    pub suspension_reason: Option<Reason>,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// A user, and the customers that they act for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdminUserDetails {
    #[serde(flatten)]
    pub user: AdminUserView,
    /// Whom they act for, oldest first.
    pub customers: Vec<AdminCustomerView>,
}

/// A customer, in short.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdminCustomerView {
    pub id: CustomerId,
    /// Who it is.
    #[schema(example = "Budi Santoso")]
    pub name: String,
    /// Where it is written to.
    pub email: Option<Email>,
}

impl From<&User> for AdminUserView {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            email: user.email.clone(),
            email_verified: user.email_verified_at.is_some(),
            username: user.username.as_str().to_owned(),
            name: user.display_name(),
            phone: user.phone.clone(),
            roles: user.roles.clone(),
            status: user.status,
            mfa_enabled: user.has_second_factor(),
            suspended_at: user.suspension.as_ref().map(|suspension| suspension.at),
            suspension_reason: user.suspension.as_ref().and_then(|suspension| suspension.reason.clone()),
            created_at: user.created_at,
        }
    }
}

impl From<&Customer> for AdminCustomerView {
    fn from(customer: &Customer) -> Self {
        Self { id: customer.id, name: customer.contact.name.as_str().to_owned(), email: customer.contact.email.clone() }
    }
}
