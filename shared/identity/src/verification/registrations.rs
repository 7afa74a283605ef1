//! Registrations that wait behind their mailed link, where a tenant hides which addresses are known: until the link is used
//! nobody is a user, and a registration of a known address leaves the same rows as one of an unknown address.
//!
//! `REG#<user id>` / `REG` is the user to be; `REGADDR#<address hash>` / `REG` names the latest of an address, once its
//! mail was sent. The username is reserved, in the row that keeps usernames unique, for as long as the link works.

use kernel::{Timestamp, UserId};
use serde_json::json;
use table::{Condition, Key, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};

use crate::{
    AddressIndex, User, Users,
    users::repo::{NameOwner, TakenSlots},
};

/// The pending registrations of one tenant.
#[derive(Clone, Copy)]
pub struct Registrations<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Registrations<'a> {
    /// The pending registrations of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// A registration whose link may still work: check it. One round trip.
    pub async fn get(&self, id: UserId) -> Result<Option<User>, TableError> {
        self.table.get(&self.key(id)).await?.map(Users::read).transpose()
    }

    /// The latest registration of an address, as [`AddressIndex::of`] names it, whose mail was sent. Two round trips, one
    /// when there is none.
    pub async fn latest(&self, address: &str) -> Result<Option<User>, TableError> {
        let Some(row) = self.table.get(&self.address_key(address)).await? else { return Ok(None) };
        self.get(from_item::<NameOwner>(row)?.user).await
    }

    /// Adds a registration to a transaction, two writes whether the address is known or not. The slot is that of the write
    /// that fails when the name is taken or reserved.
    pub fn insert(&self, transaction: &mut Transaction, user: &User) -> Result<Slot, TableError> {
        let until = works_until(user);
        let row = Write::put(self.key(user.id), user)?.ttl(until);
        transaction.add(row.when(Condition::NotExists));
        let name = Users::new(self.table, self.scope).username_row(user)?.ttl(until);
        Ok(transaction.add(name.when(Users::is_free(user.created_at))))
    }

    /// Remembers that a registration is the latest of its address, for those who ask for the mail again, and
    /// fails when another one is remembered meanwhile; `None` when a later one is remembered, since events come in any
    /// order. One round trip.
    pub async fn save_latest(
        &self,
        transaction: &mut Transaction,
        address: &str,
        user: &User,
    ) -> Result<Option<Slot>, TableError> {
        let known = self.table.get(&self.address_key(address)).await?.map(from_item::<NameOwner>).transpose()?;
        if known.as_ref().is_some_and(|known| known.user > user.id) {
            return Ok(None);
        }
        let unchanged = known.map_or(Condition::NotExists, |known| Condition::Equals("user", json!(known.user)));
        let latest = Write::put(self.address_key(address), &NameOwner { user: user.id })?.ttl(works_until(user));
        Ok(Some(transaction.add(latest.when(unchanged))))
    }

    /// Adds the writes that make a user of a registration whose link was used: they fail when it was used before, or when
    /// the address is taken.
    pub fn confirm(
        &self,
        transaction: &mut Transaction,
        addresses: &AddressIndex,
        user: &User,
    ) -> Result<TakenSlots, TableError> {
        transaction.add(Write::delete(self.key(user.id)).when(Condition::Exists));
        Users::new(self.table, self.scope).insert(transaction, addresses, user)
    }

    fn key(&self, id: UserId) -> Key {
        self.scope.key(format_args!("REG#{id}"), "REG")
    }

    fn address_key(&self, address: &str) -> Key {
        self.scope.key(format_args!("REGADDR#{address}"), "REG")
    }
}

fn works_until(user: &User) -> Timestamp {
    user.verification.as_ref().map_or(user.created_at, |link| link.expires_at)
}
