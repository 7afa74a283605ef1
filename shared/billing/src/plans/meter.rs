//! Meters: what a tenant counts of what its customers use.
//!
//! `METERS` / `<key>`: all meters of a tenant in one partition.

use std::collections::BTreeMap;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use table::{Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, pages};

use crate::{Aggregation, Feature, Label};

/// How many meters a tenant has at most.
pub const MAX_METERS: usize = 200;

/// Something that a tenant counts. It never changes: what was sold by it is billed by it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Meter {
    /// Its name in the API, which events and plans say.
    pub key: Feature,
    /// Its name for people.
    pub name: Label,
    /// What one of it is, such as `request` or `GB`.
    pub unit: Option<Label>,
    /// How events are counted.
    pub aggregation: Aggregation,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Record for Meter {
    const ROWS: &'static [&'static str] = &["METERS / {key}"];
}

/// The meters of one tenant.
#[derive(Clone, Copy)]
pub struct Meters<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Meters<'a> {
    /// The meters of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// Adds a meter to a transaction. The slot is that of the write that fails when there is one of this key.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(transaction: &mut Transaction, scope: TenantScope, meter: &Meter) -> Result<Slot, TableError> {
        Ok(transaction.add(Write::put(key(scope, &meter.key), meter)?.when(Condition::NotExists)))
    }

    /// All of them, by key.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self) -> Result<Vec<Meter>, TableError> {
        pages::readable(self.table, Query::partition(self.scope.partition("METERS"))).await
    }

    /// How each of them counts.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn aggregations(&self) -> Result<BTreeMap<Feature, Aggregation>, TableError> {
        Ok(self.list().await?.into_iter().map(|meter| (meter.key, meter.aggregation)).collect())
    }
}

fn key(scope: TenantScope, meter: &Feature) -> Key {
    scope.key("METERS", meter)
}
