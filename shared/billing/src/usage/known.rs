//! What is known of rows that decide how others are written: read beforehand, and learnt from each transaction that failed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use table::{Item, Key, Table, TableError, pages};

use crate::usage::counter_row::LATE;

/// Rows by their keys, `None` where there is none. Of a row that is not among them nothing is known, and it is taken for not
/// there: a write under that condition fails and shows it.
#[derive(Debug, Default)]
pub(crate) struct KnownRows(BTreeMap<Key, Option<Item>>);

impl KnownRows {
    /// These rows as they are. One round trip for each hundred, none for none.
    pub(crate) async fn read(table: &dyn Table, keys: &BTreeSet<Key>) -> Result<Self, TableError> {
        let keys: Vec<Key> = keys.iter().cloned().collect();
        let rows = pages::each_of(table, &keys).await?;
        Ok(Self(keys.into_iter().zip(rows).collect()))
    }

    pub(crate) fn learn(&mut self, key: Key, row: Option<Item>) {
        self.0.insert(key, row);
    }

    pub(crate) fn row(&self, key: &Key) -> Option<&Item> {
        self.0.get(key).and_then(Option::as_ref)
    }

    pub(crate) fn is_there(&self, key: &Key) -> bool {
        self.row(key).is_some()
    }

    /// Whether an invoice has closed the counter.
    pub(crate) fn is_closed(&self, counter: &Key) -> bool {
        self.row(counter).is_some_and(|row| row.contains_key("closed"))
    }

    pub(crate) fn number(&self, key: &Key, attribute: &str) -> Option<u64> {
        self.row(key)?.get(attribute)?.as_u64()
    }

    /// By what an attribute of the row is the largest or the latest. Of late units only the largest are kept.
    pub(crate) fn top(&self, key: &Key, attribute: &str) -> Option<String> {
        if attribute.starts_with(LATE) {
            return self.number(key, attribute).map(largest);
        }
        self.row(key)?.get("top").and_then(Value::as_str).map(str::to_owned)
    }
}

/// What orders quantities as text.
pub(crate) fn largest(units: u64) -> String {
    format!("{units:020}")
}
