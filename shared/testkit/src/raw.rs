//! Rows of no record type, for tests of the store and of what it makes of rows that nobody would write.

use serde::{Deserialize, Serialize};
use table::{Item, Key, Record, Write};

/// Any row at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Raw(Item);

impl Record for Raw {
    const ROWS: &'static [&'static str] = &["{partition} / {sort}"];
    const FREE: &'static [&'static str] = &["{name}"];
}

/// Writes the whole row.
///
/// # Panics
/// Never: an item is an object.
#[expect(clippy::expect_used, reason = "an item is an object")]
pub fn put(key: Key, item: Item) -> Write {
    Write::put(key, &Raw(item)).expect("an object")
}

/// Changes a row.
pub fn update(key: Key) -> Write {
    Write::update::<Raw>(key)
}
