//! The password of a user in the table, in a row of its own: what asks who a caller is reads the user all the time, and
//! the functions that only ask have no business with a hash.
//!
//! `PWD#<user>` / `PWD`.

use kernel::{Email, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use table::{Key, Race, Record, Slot, TableError, Transaction, Write, from_item, get_rows, until_settled};

use crate::{AddressIndex, PasswordHash, User, Users, users::repo::owner_of};

/// What a user's password is checked against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredPassword {
    hash: PasswordHash,
    /// [`User::password_set_at`] of the user that it was stored with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    set_at: Option<Timestamp>,
}

impl Record for StoredPassword {
    const ROWS: &'static [&'static str] = &["PWD#{user} / PWD"];
}

/// A user, and what their password is checked against.
#[derive(Clone, Debug)]
pub struct UserWithPassword {
    /// The user.
    pub user: User,
    /// Absent for users who sign in by other means.
    pub hash: Option<PasswordHash>,
}

impl Users<'_> {
    /// The user with this address and their password. When there is none, `other` is read in their place, who must be
    /// there: neither how many calls it takes nor the data key that they need tells which. Two round trips.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn find_unnoticed(
        &self,
        addresses: &AddressIndex,
        email: &Email,
        other: UserId,
    ) -> Result<Option<UserWithPassword>, TableError> {
        let marker = self.table.get(&self.email_key(addresses, email)).await?;
        let known = marker.as_ref().and_then(owner_of);
        let found = self.get_with_password(known.unwrap_or(other)).await?;
        Ok(found.filter(|found| Some(found.user.id) == known))
    }

    /// A user and their password, never one from before a change beside the other from after it. One round trip, and
    /// one more for each change that comes in between.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get_with_password(&self, id: UserId) -> Result<Option<UserWithPassword>, TableError> {
        let outrun = || TableError::Corrupt("a user whose password was set at another time".to_owned());
        until_settled(outrun, || async {
            let [user, password] = get_rows(self.table, [Self::key(self.scope, id), self.password_key(id)]).await?;
            let Some(user) = user.map(Self::read).transpose()? else { return Ok(Race::Settled(None)) };
            let stored: Option<StoredPassword> = password.map(from_item).transpose()?;
            // The row of a user from before passwords had rows of their own.
            if let Some(hash) = user.password.clone() {
                return Ok(Race::Settled(Some(UserWithPassword { user, hash: Some(hash) })));
            }
            if stored.as_ref().and_then(|stored| stored.set_at) != user.password_set_at {
                return Ok(Race::Lost);
            }
            let hash = stored.map(|stored| stored.hash);
            Ok(Race::Settled(Some(UserWithPassword { user, hash })))
        })
        .await
    }

    /// As [`Users::save`], and what the user has of a password goes into its own row: two writes.
    ///
    /// # Errors
    /// `Corrupt` when a record does not serialise: a fault in the code.
    pub fn save_with_password(&self, transaction: &mut Transaction, user: &User) -> Result<Slot, TableError> {
        self.insert_password(transaction, user)?;
        self.save(transaction, &user.clone().without_password())
    }

    /// Puts the password of a user into its row, if there is one.
    pub(crate) fn insert_password(&self, transaction: &mut Transaction, user: &User) -> Result<(), TableError> {
        if let Some(hash) = user.password.clone() {
            let row = StoredPassword { hash, set_at: user.password_set_at };
            transaction.add(Write::put(self.password_key(user.id), &row)?);
        }
        Ok(())
    }

    /// Forgets the password of a user.
    pub fn delete_password(&self, transaction: &mut Transaction, user: UserId) -> Slot {
        transaction.add(Write::delete(self.password_key(user)))
    }

    fn password_key(&self, user: UserId) -> Key {
        self.scope.key(format_args!("PWD#{user}"), "PWD")
    }
}
