//! Users in the table: the user's row, and one row each for the address and the name that keep them unique.

use kernel::{Email, Timestamp, UserId};
use serde_json::json;
use table::{
    Cancelled, Condition, Item, Key, Slot, Table, TableError, TenantScope, Transaction, Write, from_item, to_item,
};

use crate::{AddressIndex, Attempts, Role, User, Username, hash::text_hash};

/// The users of one tenant.
#[derive(Clone, Copy)]
pub struct Users<'a> {
    pub(crate) table: &'a dyn Table,
    pub(crate) scope: TenantScope,
}

/// The writes of a new user that fail when the address or the name is taken.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    email: Slot,
    username: Slot,
}

/// Which of an address and a name are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Whether a user has the address.
    pub email: bool,
    /// Whether a user has the name.
    pub username: bool,
}

impl Taken {
    /// Whether this is why the transaction did not happen.
    pub fn is_cause(self, cancelled: &Cancelled) -> bool {
        self.is_by_address(cancelled) || self.is_by_name(cancelled)
    }

    /// Whether the address is taken, whatever the name is.
    pub fn is_by_address(self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.email).is_some()
    }

    /// Whether the name is taken, whatever the address is.
    pub fn is_by_name(self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.username).is_some()
    }

    /// Whose address it is, when it is taken.
    pub fn by_address_of(self, cancelled: &Cancelled) -> Option<UserId> {
        owner_of(cancelled.failed(self.email)?.current.as_ref()?)
    }
}

impl<'a> Users<'a> {
    /// The users of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// Whose users these are.
    pub const fn tenant(&self) -> kernel::TenantId {
        self.scope.tenant()
    }

    /// One user. One round trip.
    pub async fn get(&self, id: UserId) -> Result<Option<User>, TableError> {
        self.table.get(&Self::key(self.scope, id)).await?.map(Self::read).transpose()
    }

    /// The user with this address. As [`Users::find_by_address`].
    pub async fn find_by_email(&self, addresses: &AddressIndex, email: &Email) -> Result<Option<User>, TableError> {
        self.find_by_address(&addresses.of(self.scope.tenant(), email)).await
    }

    /// The user with this address. When there is none, `other` is read in their place, who must be there: neither how many
    /// calls it takes nor the data key that they need tells which. Two round trips.
    pub async fn find_unnoticed(
        &self,
        addresses: &AddressIndex,
        email: &Email,
        other: UserId,
    ) -> Result<Option<User>, TableError> {
        let marker = self.table.get(&self.email_key(addresses, email)).await?;
        let known = marker.as_ref().and_then(owner_of);
        let user = self.get(known.unwrap_or(other)).await?;
        Ok(user.filter(|user| Some(user.id) == known))
    }

    /// The user with this address, as [`AddressIndex::of`] names it. Two round trips, one when there is none.
    pub async fn find_by_address(&self, address: &str) -> Result<Option<User>, TableError> {
        let Some(marker) = self.table.get(&self.address_key(address)).await? else { return Ok(None) };
        let id = owner_of(&marker);
        let id = id.ok_or_else(|| TableError::Corrupt("an address without its user".to_owned()))?;
        self.get(id).await
    }

    /// Which of an address and a name are taken. One round trip.
    pub async fn known(
        &self,
        addresses: &AddressIndex,
        email: &Email,
        username: &Username,
    ) -> Result<Known, TableError> {
        let keys = [self.email_key(addresses, email), self.username_key(username)];
        let rows = self.table.batch_get(&keys).await?;
        let mut taken = rows.into_iter().map(|row| row.is_some());
        Ok(Known { email: taken.next().unwrap_or_default(), username: taken.next().unwrap_or_default() })
    }

    /// Adds a new user to a transaction: three writes, and one more for an administrator.
    pub fn insert(
        &self,
        addresses: &AddressIndex,
        transaction: &mut Transaction,
        user: &User,
    ) -> Result<Taken, TableError> {
        let owner = || [("user".to_owned(), json!(user.id))].into_iter().collect::<Item>();
        let row = Write::put(Self::key(self.scope, user.id), to_item(user)?).gsi1(self.scope.gsi1("USERS", user.id));
        transaction.add(row.when(Condition::NotExists));
        if user.roles.contains(&Role::Admin) {
            transaction.add(self.one_more_admin());
        }
        let email = Write::put(self.email_key(addresses, &user.email), owner()).when(Condition::NotExists);
        let username = Write::put(self.username_key(&user.username), owner()).when(Condition::NotExists);
        Ok(Taken { email: transaction.add(email), username: transaction.add(username) })
    }

    /// The write that replaces a user by its next version; fails when another change came first.
    pub fn replace(&self, user: &User) -> Result<Write, TableError> {
        let row = Write::put(Self::key(self.scope, user.id), to_item(user)?).gsi1(self.scope.gsi1("USERS", user.id));
        Ok(row.when(Condition::VersionIs(user.version - 1)))
    }

    /// Adds a change of username to a transaction: the old name is free again. The slot is that of the write that fails
    /// when the new name is taken.
    pub fn rename(&self, transaction: &mut Transaction, old: &User, new: &User) -> Slot {
        transaction.add(Write::delete(self.username_key(&old.username)));
        let owner = [("user".to_owned(), json!(new.id))].into_iter().collect::<Item>();
        transaction.add(Write::put(self.username_key(&new.username), owner).when(Condition::NotExists))
    }

    /// Frees the address and the name of a user who is erased: others may have them.
    pub fn free(&self, addresses: &AddressIndex, transaction: &mut Transaction, user: &User) {
        transaction.add(Write::delete(self.email_key(addresses, &user.email)));
        transaction.add(Write::delete(self.username_key(&user.username)));
    }

    /// The failed logins of an account, known or not, under the keyed hash of its address.
    pub async fn attempts(&self, account: &str) -> Result<Attempts, TableError> {
        let row = self.table.get(&self.attempts_key(account)).await?;
        row.map_or_else(|| Ok(Attempts::default()), from_item)
    }

    /// The write that counts an attempt; fails when another was counted in between.
    pub fn count_attempt(&self, account: &str, next: &Attempts, now: Timestamp) -> Result<Write, TableError> {
        let row = Write::put(self.attempts_key(account), to_item(next)?);
        let first = Condition::AllOf(vec![Condition::NotExists, Condition::Missing("version")]);
        let unchanged = if next.version == 1 { first } else { Condition::VersionIs(next.version - 1) };
        Ok(row.ttl(now.plus(next.kept_for())).when(unchanged))
    }

    /// The write that forgets failed logins after a success.
    pub fn forget_attempts(&self, account: &str) -> Write {
        Write::delete(self.attempts_key(account))
    }

    /// The key of a user's row, for reads of several rows at once.
    pub fn key(scope: TenantScope, id: UserId) -> Key {
        scope.key(format_args!("USR#{id}"), "USER")
    }

    /// The user of a row.
    pub fn read(row: Item) -> Result<User, TableError> {
        from_item(row)
    }

    /// The write that counts one more active administrator.
    pub fn one_more_admin(&self) -> Write {
        Write::update(self.admins_key()).add("count", 1)
    }

    /// The write that counts one active administrator less; fails when there is no other: the last one stays.
    pub fn one_admin_less(&self) -> Write {
        Write::update(self.admins_key()).add("count", -1).when(Condition::AtLeast("count", 2))
    }

    fn admins_key(&self) -> Key {
        self.scope.key("ADMINS", "ADMINS")
    }

    fn email_key(&self, addresses: &AddressIndex, email: &Email) -> Key {
        self.address_key(&addresses.of(self.scope.tenant(), email))
    }

    fn address_key(&self, address: &str) -> Key {
        self.scope.key(format_args!("U#EMAIL#{address}"), "U")
    }

    fn username_key(&self, username: &Username) -> Key {
        self.scope.key(format_args!("U#NAME#{}", text_hash(username.as_str())), "U")
    }

    fn attempts_key(&self, account: &str) -> Key {
        self.scope.key(format_args!("LOGIN#{account}"), "LOGIN")
    }
}

fn owner_of(marker: &Item) -> Option<UserId> {
    marker.get("user").and_then(|id| id.as_str()).and_then(|id| id.parse().ok())
}
