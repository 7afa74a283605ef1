//! Users in the table: the user's row, and one row each for the address and the name that keep them unique.

use kernel::{Email, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{
    Cancelled, Condition, Item, Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
};

use crate::{
    AddressIndex, Admission, Attempts, Begun, Role, User, UserStatus, Username, hash::text_hash,
    passwords::login::AtOnce,
};

/// The users of one tenant.
#[derive(Clone, Copy)]
pub struct Users<'a> {
    pub(crate) table: &'a dyn Table,
    pub(crate) scope: TenantScope,
}

/// Whose an address, a name or a registration is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NameOwner {
    pub(crate) user: UserId,
}

/// How many active administrators there are.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AdminCount {
    count: u64,
}

impl Record for User {
    const ROWS: &'static [&'static str] = &["USR#{user} / USER", "REG#{user} / REG"];
}

impl Record for NameOwner {
    const ROWS: &'static [&'static str] = &["U#EMAIL#{address} / U", "U#NAME#{name} / U", "REGADDR#{address} / REG"];
}

impl Record for AdminCount {
    const ROWS: &'static [&'static str] = &["ADMINS / ADMINS"];
}

impl Record for Attempts {
    const ROWS: &'static [&'static str] = &["LOGIN#{account} / LOGIN"];
}

/// The writes of a new user that fail when the address or the name is taken.
#[derive(Clone, Copy, Debug)]
pub struct TakenSlots {
    email: Slot,
    username: Slot,
}

impl TakenSlots {
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

    /// The user with this address, as [`AddressIndex::of`] names it. Two round trips, one when there is none.
    pub async fn find_by_address(&self, address: &str) -> Result<Option<User>, TableError> {
        let Some(marker) = self.table.get(&self.address_key(address)).await? else { return Ok(None) };
        let id = owner_of(&marker);
        let id = id.ok_or_else(|| TableError::Corrupt("an address without its user".to_owned()))?;
        self.get(id).await
    }

    /// Adds a new user to a transaction: three writes, one more for a password and one for an administrator.
    pub fn insert(
        &self,
        transaction: &mut Transaction,
        addresses: &AddressIndex,
        user: &User,
    ) -> Result<TakenSlots, TableError> {
        self.insert_password(transaction, user)?;
        transaction.add(self.row(&user.clone().without_password())?.when(Condition::NotExists));
        if user.roles.contains(&Role::Admin) {
            self.one_more_admin(transaction);
        }
        let email = Write::put(self.email_key(addresses, &user.email), &NameOwner { user: user.id })?
            .when(Condition::NotExists);
        // A reservation of this user's own becomes the name.
        let own = Condition::Equals("user", json!(user.id));
        let free = Condition::AnyOf(vec![Users::is_free(user.created_at), own]);
        let username = self.username_row(user)?.when(free);
        Ok(TakenSlots { email: transaction.add(email), username: transaction.add(username) })
    }

    /// Replaces a user by its next version; fails when another change came first.
    pub fn save(&self, transaction: &mut Transaction, user: &User) -> Result<Slot, TableError> {
        Ok(transaction.add(self.row(user)?.when(Condition::VersionIs(user.version - 1))))
    }

    fn row(&self, user: &User) -> Result<Write, TableError> {
        Ok(Write::put(Self::key(self.scope, user.id), user)?.gsi1(self.scope.gsi1("USERS", user.id)))
    }

    /// Adds a change of username to a transaction: the old name is free again. The slot is that of the write that fails
    /// when the new name is taken.
    pub fn rename(
        &self,
        transaction: &mut Transaction,
        old: &User,
        new: &User,
        now: Timestamp,
    ) -> Result<Slot, TableError> {
        transaction.add(Write::delete(self.username_key(&old.username)));
        Ok(transaction.add(self.username_row(new)?.when(Self::is_free(now))))
    }

    /// The row that makes a username its user's.
    pub(crate) fn username_row(&self, user: &User) -> Result<Write, TableError> {
        Write::put(self.username_key(&user.username), &NameOwner { user: user.id })
    }

    /// That nobody has a username, nor a reservation of it that still holds: the store may keep one for days after that.
    pub(crate) fn is_free(now: Timestamp) -> Condition {
        Condition::AnyOf(vec![Condition::NotExists, Condition::Below("ttl", now.as_seconds())])
    }

    /// Frees the address and the name of a user who is erased: others may have them.
    pub fn delete_names(&self, transaction: &mut Transaction, addresses: &AddressIndex, user: &User) -> Slot {
        let slot = transaction.add(Write::delete(self.email_key(addresses, &user.email)));
        transaction.add(Write::delete(self.username_key(&user.username)));
        slot
    }

    /// The failed logins of an account, known or not, under the keyed hash of its address.
    pub async fn attempts(&self, account: &str) -> Result<Attempts, TableError> {
        let row = self.table.get(&self.attempts_key(account)).await?;
        row.map_or_else(|| Ok(Attempts::default()), from_item)
    }

    /// Begins an attempt beside others, without a look at the row; it fails, with the row as it is, when
    /// too many failed or are under way. It needs no version: those that come at once do not disturb one another.
    pub fn begin_attempt(&self, transaction: &mut Transaction, account: &str, now: Timestamp, factor: u32) -> Slot {
        let bounds = AtOnce::at(now, factor);
        let below = |name, most| Condition::AnyOf(vec![Condition::Missing(name), Condition::Below(name, most)]);
        let recent = vec![Condition::Missing("lastAt"), Condition::AtLeast("lastAt", bounds.last_at_least)];
        transaction.add(
            Write::update::<Attempts>(self.attempts_key(account))
                .add("inFlight", 1)
                .set("lastAt", now.as_millis())
                .ttl(now.plus(Begun::AtOnce.kept_for()))
                .when(below("failures", bounds.failures_below))
                .when(below("inFlight", bounds.in_flight_below))
                .when(Condition::AnyOf(recent)),
        )
    }

    /// Begins an attempt as [`Attempts::admit`] let it in; fails when the row is not `before` any more.
    pub fn admit_attempt(
        &self,
        transaction: &mut Transaction,
        account: &str,
        before: &Attempts,
        admission: Admission,
        now: Timestamp,
    ) -> Result<Slot, TableError> {
        let row = Write::put(self.attempts_key(account), &admission.next)?;
        Ok(transaction.add(
            row.ttl(now.plus(admission.begun.kept_for()))
                .when(still("failures", before.failures.into()))
                .when(still("inFlight", before.in_flight))
                .when(still("lastAt", before.last_at)),
        ))
    }

    /// Ends an attempt that failed. It fails when none is known to be under way, after a day or a success:
    /// then [`Users::attempt_failed_after_all`] counts it.
    pub fn attempt_failed(
        &self,
        transaction: &mut Transaction,
        account: &str,
        begun: Begun,
        now: Timestamp,
        factor: u32,
    ) -> Slot {
        let row = self.one_more_failure(account, begun, now, factor).add("inFlight", -1);
        transaction.add(row.when(Condition::AtLeast("inFlight", 1)))
    }

    /// Counts an attempt that failed and is not known to be under way any more.
    pub fn attempt_failed_after_all(
        &self,
        transaction: &mut Transaction,
        account: &str,
        begun: Begun,
        now: Timestamp,
        factor: u32,
    ) -> Slot {
        transaction.add(self.one_more_failure(account, begun, now, factor).set_if_missing("lastAt", now.as_millis()))
    }

    fn one_more_failure(&self, account: &str, begun: Begun, now: Timestamp, factor: u32) -> Write {
        let row = Write::update::<Attempts>(self.attempts_key(account)).add("failures", 1);
        let row = row.ttl(now.plus(begun.kept_for()));
        match begun.wait_until(now, factor) {
            Some(wait_until) => row.set("waitUntil", wait_until),
            None => row,
        }
    }

    /// Ends an attempt that succeeded and forgets those that failed; it fails when there is nothing to end.
    pub fn attempt_succeeded(&self, transaction: &mut Transaction, account: &str) -> Slot {
        let row = Write::update::<Attempts>(self.attempts_key(account))
            .set("failures", 0)
            .set("waitUntil", 0)
            .add("inFlight", -1);
        transaction.add(row.when(Condition::AtLeast("inFlight", 1)))
    }

    /// Forgets failed logins, and those that are under way.
    pub fn delete_attempts(&self, transaction: &mut Transaction, account: &str) -> Slot {
        transaction.add(Write::delete(self.attempts_key(account)))
    }

    /// Checks that a user may sign in and that no session was ended since the account was of this generation.
    pub fn check_active_in(&self, transaction: &mut Transaction, user: UserId, generation: u64) -> Slot {
        let row = Write::check(Self::key(self.scope, user));
        let active = Condition::Equals("status", json!(UserStatus::Active));
        transaction.add(row.when(active).when(Condition::Equals("authGen", json!(generation))))
    }

    /// The key of a user's row, for reads of several rows at once.
    pub fn key(scope: TenantScope, id: UserId) -> Key {
        scope.key(format_args!("USR#{id}"), "USER")
    }

    /// The user of a row.
    pub fn read(row: Item) -> Result<User, TableError> {
        from_item(row)
    }

    /// Counts one more active administrator.
    pub fn one_more_admin(&self, transaction: &mut Transaction) -> Slot {
        transaction.add(Write::update::<AdminCount>(self.admins_key()).add("count", 1))
    }

    /// Counts one active administrator less; fails when there is no other: the last one stays.
    pub fn one_admin_less(&self, transaction: &mut Transaction) -> Slot {
        transaction
            .add(Write::update::<AdminCount>(self.admins_key()).add("count", -1).when(Condition::AtLeast("count", 2)))
    }

    fn admins_key(&self) -> Key {
        self.scope.key("ADMINS", "ADMINS")
    }

    pub(crate) fn email_key(&self, addresses: &AddressIndex, email: &Email) -> Key {
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

/// That a number is as it was; a missing one counts as zero.
fn still(name: &'static str, value: i64) -> Condition {
    let same = Condition::Equals(name, json!(value));
    if value == 0 { Condition::AnyOf(vec![Condition::Missing(name), same]) } else { same }
}

pub(crate) fn owner_of(marker: &Item) -> Option<UserId> {
    from_item::<NameOwner>(marker.clone()).ok().map(|owner| owner.user)
}
