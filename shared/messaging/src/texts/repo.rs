//! The rows of a tenant's texts.
//!
//! `NOTIFY#TEXTS` / `KIND#<key>` is what holds, `NOTIFY#TEXT#<key>` / `VERSION#<number, 12 digits>` what held since a change.
//! A change writes both.

use serde::{Deserialize, Serialize};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

use super::{TenantText, TextKey};

/// What a tenant had of a kind since a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextVersion(pub TenantText);

impl Record for TextVersion {
    const ROWS: &'static [&'static str] = &["NOTIFY#TEXT#{key} / VERSION#{version}"];
    const FREE: &'static [&'static str] = &["texts"];
}

/// The texts of one tenant.
#[derive(Clone, Copy)]
pub struct TextRows<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> TextRows<'a> {
    /// The texts of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// What the tenant has of a kind, though it may be deleted. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, key: &TextKey) -> Result<Option<TenantText>, TableError> {
        self.table.get(&self.key(key)).await?.map(from_item).transpose()
    }

    /// Everything that the tenant has, in the order of the keys, without what was deleted. One round trip for each megabyte.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn all(&self) -> Result<Vec<TenantText>, TableError> {
        let rows = Query::partition(self.scope.partition("NOTIFY#TEXTS")).begins_with("KIND#");
        let all: Vec<TenantText> = pages::readable(self.table, rows).await?;
        Ok(all.into_iter().filter(|text| !text.is_deleted()).collect())
    }

    /// What the tenant had of a kind, newest first. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn versions(&self, key: &TextKey, request: &PageRequest) -> Result<Listed<TextVersion>, TableError> {
        let rows = Query::partition(self.scope.partition(format_args!("NOTIFY#TEXT#{key}")));
        pages::page(self.table, rows.begins_with("VERSION#").descending(), request, |_| true).await
    }

    /// What the tenant had of a kind in a version. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn version(&self, key: &TextKey, version: u64) -> Result<Option<TenantText>, TableError> {
        let row = self.table.get(&self.version_key(key, version)).await?;
        Ok(row.map(from_item::<TextVersion>).transpose()?.map(|TextVersion(text)| text))
    }

    /// Saves a text, and keeps it as a version; the first slot fails unless it follows the version that is there.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, text: &TenantText) -> Result<Slot, TableError> {
        let row = Write::put(self.key(&text.key), text)?.when(Condition::follows(text.version));
        let slot = transaction.add(row);
        let kept = TextVersion(text.clone());
        transaction.add(Write::put(self.version_key(&text.key, text.version), &kept)?.when(Condition::NotExists));
        Ok(slot)
    }

    fn key(&self, key: &TextKey) -> Key {
        self.scope.key("NOTIFY#TEXTS", format_args!("KIND#{key}"))
    }

    fn version_key(&self, key: &TextKey, version: u64) -> Key {
        self.scope.key(format_args!("NOTIFY#TEXT#{key}"), format_args!("VERSION#{version:012}"))
    }
}
