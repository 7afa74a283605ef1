//! API keys in the table: a row each, listed by tenant, and the roster of those that work.

use jiff::SignedDuration;
use kernel::{ApiKeyId, Timestamp};
use serde_json::{Value, json};
use table::{
    Condition, Item, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{ApiKey, KeyRoster};

/// How long a key can still be seen in the list after it expired.
const SEEN: SignedDuration = SignedDuration::from_hours(90 * 24);

impl Record for ApiKey {
    const ROWS: &'static [&'static str] = &["KEY#{key} / KEY"];
}

impl Record for KeyRoster {
    const ROWS: &'static [&'static str] = &["KEYS / ROSTER"];
    const FREE: &'static [&'static str] = &["live"];
}

/// The API keys of one tenant.
#[derive(Clone, Copy)]
pub struct ApiKeys<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> ApiKeys<'a> {
    /// The keys of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One key and the roster. One round trip.
    pub async fn get(&self, id: ApiKeyId) -> Result<(Option<ApiKey>, KeyRoster), TableError> {
        let mut rows = self.table.batch_get(&[Self::key(self.scope, id), self.roster_key()]).await?.into_iter();
        let (key, roster) = (rows.next().flatten(), rows.next().flatten());
        Ok((key.map(Self::read).transpose()?, roster.map_or_else(|| Ok(KeyRoster::default()), from_item)?))
    }

    /// Which keys work. One round trip.
    pub async fn roster(&self) -> Result<KeyRoster, TableError> {
        self.table.get(&self.roster_key()).await?.map_or_else(|| Ok(KeyRoster::default()), from_item)
    }

    /// All keys, newest first. One round trip.
    pub async fn list(&self, request: &PageRequest) -> Result<Listed<ApiKey>, TableError> {
        let query = Query::gsi1(self.scope.partition("KEYS")).descending();
        pages::page(self.table, query, request, |_| true).await
    }

    /// Adds a key.
    pub fn insert(&self, transaction: &mut Transaction, key: &ApiKey) -> Result<Slot, TableError> {
        let row = Write::put(Self::key(self.scope, key.id), key)?.gsi1(self.scope.gsi1("KEYS", key.id));
        Ok(transaction.add(row.ttl(key.expires_at.plus(SEEN)).when(Condition::NotExists)))
    }

    /// Takes a key back; fails when another change came first.
    pub fn revoke(&self, transaction: &mut Transaction, key: &ApiKey, now: Timestamp) -> Slot {
        let row =
            Write::update::<ApiKey>(Self::key(self.scope, key.id)).set("revokedAt", now.to_string()).add("version", 1);
        transaction.add(row.when(Condition::VersionIs(key.version)).when(Condition::Missing("revokedAt")))
    }

    /// Notes a use; fails when another environment noted one first.
    pub fn note_use(&self, transaction: &mut Transaction, key: &ApiKey, now: Timestamp) -> Slot {
        let noted = key.last_used_at.map_or(Value::Null, |noted| json!(noted));
        let row = Write::update::<ApiKey>(Self::key(self.scope, key.id)).set("lastUsedAt", now.to_string());
        transaction.add(row.when(Condition::Exists).when(Condition::Equals("lastUsedAt", noted)))
    }

    /// Checks that a key has not been taken back this very moment.
    pub fn check_not_revoked(&self, transaction: &mut Transaction, id: ApiKeyId) -> Slot {
        let row = Write::check(Self::key(self.scope, id));
        transaction.add(row.when(Condition::Exists).when(Condition::Missing("revokedAt")))
    }

    /// Replaces the roster by its next version; fails when another change came first.
    pub fn save_roster(&self, transaction: &mut Transaction, roster: &KeyRoster) -> Result<Slot, TableError> {
        let unchanged =
            if roster.version == 1 { Condition::NotExists } else { Condition::VersionIs(roster.version - 1) };
        Ok(transaction.add(Write::put(self.roster_key(), roster)?.when(unchanged)))
    }

    /// Checks that no key was made or taken back since the roster was read.
    pub fn check_roster(&self, transaction: &mut Transaction, roster: &KeyRoster) -> Slot {
        let unchanged = if roster.version == 0 { Condition::NotExists } else { Condition::VersionIs(roster.version) };
        transaction.add(Write::check(self.roster_key()).when(unchanged))
    }

    /// The key of a key's row, for reads of several rows at once.
    pub fn key(scope: TenantScope, id: ApiKeyId) -> Key {
        scope.key(format_args!("KEY#{id}"), "KEY")
    }

    /// The key of a row.
    pub fn read(row: Item) -> Result<ApiKey, TableError> {
        from_item(row)
    }

    fn roster_key(&self) -> Key {
        self.scope.key("KEYS", "ROSTER")
    }
}
