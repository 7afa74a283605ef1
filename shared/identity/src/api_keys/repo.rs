//! API keys in the table: a row each, listed by tenant, and the roster of those that work.

use jiff::SignedDuration;
use kernel::{ApiKeyId, Timestamp};
use serde_json::{Value, json};
use table::{
    Condition, Item, Key, Query, Record, Table, TableError, TenantScope, Write, from_item,
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

    /// The write that adds a key.
    pub fn insert(&self, key: &ApiKey) -> Result<Write, TableError> {
        let row = Write::put(Self::key(self.scope, key.id), key)?.gsi1(self.scope.gsi1("KEYS", key.id));
        Ok(row.ttl(key.expires_at.plus(SEEN)).when(Condition::NotExists))
    }

    /// The write that takes a key back; fails when another change came first.
    pub fn revoke(&self, key: &ApiKey, now: Timestamp) -> Write {
        let row =
            Write::update::<ApiKey>(Self::key(self.scope, key.id)).set("revokedAt", now.to_string()).add("version", 1);
        row.when(Condition::VersionIs(key.version)).when(Condition::Missing("revokedAt"))
    }

    /// The write that notes a use; fails when another environment noted one first.
    pub fn note_use(&self, key: &ApiKey, now: Timestamp) -> Write {
        let noted = key.last_used_at.map_or(Value::Null, |noted| json!(noted));
        let row = Write::update::<ApiKey>(Self::key(self.scope, key.id)).set("lastUsedAt", now.to_string());
        row.when(Condition::Exists).when(Condition::Equals("lastUsedAt", noted))
    }

    /// The condition that a key has not been taken back this very moment.
    pub fn is_not_revoked(&self, id: ApiKeyId) -> Write {
        let row = Write::check(Self::key(self.scope, id));
        row.when(Condition::Exists).when(Condition::Missing("revokedAt"))
    }

    /// The write that replaces the roster by its next version; fails when another change came first.
    pub fn replace_roster(&self, roster: &KeyRoster) -> Result<Write, TableError> {
        let unchanged =
            if roster.version == 1 { Condition::NotExists } else { Condition::VersionIs(roster.version - 1) };
        Ok(Write::put(self.roster_key(), roster)?.when(unchanged))
    }

    /// The condition that no key was made or taken back since the roster was read.
    pub fn roster_is(&self, roster: &KeyRoster) -> Write {
        let unchanged = if roster.version == 0 { Condition::NotExists } else { Condition::VersionIs(roster.version) };
        Write::check(self.roster_key()).when(unchanged)
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
