//! Some rows of a walk as lines of JSON, a file for each kind: what one turn of an export reads, and of an erasure keeps.

use std::collections::BTreeMap;

use table::{Item, Key, TableError, TenantScope};
use tenancy::{Walker, kind_of};

use crate::PrivacyError;

/// After how many queries a turn ends: some ten seconds.
const QUERIES: u32 = 1_000;
/// After how many rows a turn ends.
const ROWS: u64 = 5_000;
/// After how many bytes a turn ends, so that it fits into the memory: 8 MiB.
const BYTES: usize = 8 * 1024 * 1024;

/// What a turn gathered.
pub(crate) struct Gathered {
    /// The lines of each file.
    pub(crate) files: BTreeMap<&'static str, Vec<u8>>,
    /// How many lines there are in all.
    pub(crate) rows: u64,
    /// Whether the walk is over.
    pub(crate) ended: bool,
}

/// Walks on until the walk or the turn ends, and gathers the wanted rows that are shown.
///
/// # Errors
/// Those of the table, and a row of no kind.
pub(crate) async fn gather(walker: &mut Walker<'_>, is_wanted: fn(&Item) -> bool) -> Result<Gathered, PrivacyError> {
    let mut files: BTreeMap<&'static str, Vec<u8>> = BTreeMap::new();
    let (mut queries, mut rows, mut bytes) = (0, 0, 0);
    while queries < QUERIES && rows < ROWS && bytes < BYTES {
        let Some(found) = walker.next().await? else { return Ok(Gathered { files, rows, ended: true }) };
        queries += 1;
        for row in found.into_iter().filter(is_wanted) {
            let key = key_of(&row)?;
            let kind = kind_of(&key).ok_or_else(|| PrivacyError::UnknownRow(key.pk().to_owned()))?;
            let Some((file, shown)) = kind.shown(row) else { continue };
            let line = serde_json::Value::Object(shown).to_string();
            let lines = files.entry(file).or_default();
            lines.extend_from_slice(line.as_bytes());
            lines.push(b'\n');
            bytes += line.len();
            rows += 1;
        }
    }
    Ok(Gathered { files, rows, ended: false })
}

/// The key of a row.
pub(crate) fn key_of(row: &Item) -> Result<Key, TableError> {
    let corrupt = || TableError::Corrupt("a row without a key".to_owned());
    let text = |name: &str| row.get(name).and_then(serde_json::Value::as_str).ok_or_else(corrupt);
    let scope = TenantScope::of_row(row).ok_or_else(corrupt)?;
    Ok(scope.key(text("PK")?.splitn(3, '#').nth(2).unwrap_or_default(), text("SK")?))
}
