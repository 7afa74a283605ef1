//! The users of a tenant as a list: the oldest first, by pages.

use kernel::{Email, PageLimit};
use table::{Item, Query, TableError};

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

/// One page of users.
#[derive(Clone, Debug)]
pub struct UserPage {
    /// The users.
    pub users: Vec<User>,
    /// Where the page ends, when more follow.
    pub last: Option<Item>,
}

/// How many queries one page takes at most: a rare filter ends in a short page with a cursor rather than in a time-out.
const QUERIES: u8 = 10;
/// How many rows one query looks at.
const ROWS: u16 = 100;
/// What names a place in the list.
const PLACE: [&str; 4] = ["PK", "SK", "GSI1PK", "GSI1SK"];

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
    /// One page of the users that the filter admits; `after` is the `last` of the page before. The list may lag behind
    /// the newest changes. A filtered page can be short, even empty, and still have a next one. One query, with a
    /// filter up to ten.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(
        &self,
        filter: &UserFilter,
        limit: PageLimit,
        after: Option<Item>,
    ) -> Result<UserPage, TableError> {
        let wanted = usize::from(limit.get());
        let (mut users, mut place) = (Vec::with_capacity(wanted), after);
        for _ in 0..QUERIES {
            let query = Query::gsi1(self.scope.partition("USERS")).limit(ROWS).after(place.clone());
            let found = self.table.query(query).await?;
            for row in found.items {
                let here = place_of(&row);
                let user = Self::read(row)?;
                if filter.admits(&user) {
                    if users.len() == wanted {
                        // One more than wanted is there: the page ends before it.
                        return Ok(UserPage { users, last: place });
                    }
                    users.push(user);
                }
                place = Some(here);
            }
            match found.last {
                Some(last) => place = Some(last),
                None => return Ok(UserPage { users, last: None }),
            }
        }
        Ok(UserPage { users, last: place })
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
    ) -> Result<UserPage, TableError> {
        let found = self.find_by_email(addresses, email).await?.filter(|user| filter.admits(user));
        Ok(UserPage { users: found.into_iter().collect(), last: None })
    }
}

fn place_of(row: &Item) -> Item {
    row.iter().filter(|(name, _)| PLACE.contains(&name.as_str())).map(|(n, v)| (n.clone(), v.clone())).collect()
}
