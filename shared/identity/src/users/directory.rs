//! The users of a tenant as a list: the oldest first, by pages.

use kernel::Email;
use table::{
    Query, TableError,
    pages::{self, Listed, PageRequest},
};

use crate::{AddressIndex, Role, User, UserStatus, Users};

/// Which users are listed.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct UserFilter {
    /// Of this status only; when missing, all but the erased.
    pub status: Option<UserStatus>,
    /// With this role only.
    pub role: Option<Role>,
    /// Whose username begins so, in lower case.
    pub username_prefix: Option<String>,
}

impl UserFilter {
    /// Whether a user is listed.
    pub fn admits(&self, user: &User) -> bool {
        let status = self.status.map_or(user.status != UserStatus::Erased, |status| user.status == status);
        let role = self.role.as_ref().is_none_or(|role| user.roles.contains(role));
        let name = self.username_prefix.as_ref().is_none_or(|prefix| user.username.as_str().starts_with(prefix));
        status && role && name
    }
}

impl Users<'_> {
    /// One page of the users that the filter admits. The list may lag behind the newest changes. A filtered page can be short, even empty, and still have a next one. One query, with a
    /// filter up to ten.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, filter: &UserFilter, request: &PageRequest) -> Result<Listed<User>, TableError> {
        let query = Query::gsi1(self.scope.partition("USERS"));
        pages::page(self.table, query, request, |user| filter.admits(user)).await
    }

    /// The user with this address as a page of one or none, as far as the filter admits it. Two round trips.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list_one(
        &self,
        addresses: &AddressIndex,
        filter: &UserFilter,
        email: &Email,
    ) -> Result<Listed<User>, TableError> {
        let found = self.find_by_email(addresses, email).await?.filter(|user| filter.admits(user));
        Ok(Listed { items: found.into_iter().collect(), last: None })
    }
}
