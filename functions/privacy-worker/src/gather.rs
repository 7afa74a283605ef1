//! Some rows of a walk as lines of JSON, a file for each kind: what one turn of an export reads, and of an erasure keeps. What is
//! in the platform's books is in a folder of its own.

use std::collections::BTreeMap;

use table::{Item, Key, TableError, TenantScope};
use tenancy::{Walker, kind_of};

use crate::PrivacyError;

/// The folder of what the platform billed the tenant.
pub(crate) const BILLED: &str = "billed";

/// After how many queries a turn ends: some ten seconds.
const QUERIES: u32 = 1_000;
/// After how many rows a turn ends.
const ROWS: u64 = 5_000;
/// After how many bytes a turn ends, so that it fits into the memory: 8 MiB.
const BYTES: usize = 8 * 1024 * 1024;

/// What a turn gathered.
pub(crate) struct Gathered {
    /// The lines of each file.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
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
    let whose = walker.scope();
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let (mut queries, mut rows, mut bytes) = (0, 0, 0);
    while queries < QUERIES && rows < ROWS && bytes < BYTES {
        let Some(found) = walker.next().await? else { return Ok(Gathered { files, rows, ended: true }) };
        queries += 1;
        for row in found.into_iter().filter(is_wanted) {
            let key = key_of(&row)?;
            let kind = kind_of(&key).ok_or_else(|| PrivacyError::UnknownRow(key.pk().to_owned()))?;
            let is_own = TenantScope::of_row(&row) == Some(whose);
            let Some((file, shown)) = kind.shown(row) else { continue };
            let file = if is_own { file.to_owned() } else { format!("{BILLED}/{file}") };
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

/// Whether a row is anything but a draft of an invoice.
pub(crate) fn is_issued(row: &Item) -> bool {
    let listed = row.get("GSI1PK").and_then(serde_json::Value::as_str);
    !listed.is_some_and(|list| list.ends_with("#INV")) || row.contains_key("issued")
}

/// The key of a row.
pub(crate) fn key_of(row: &Item) -> Result<Key, TableError> {
    let corrupt = || TableError::Corrupt("a row without a key".to_owned());
    let text = |name: &str| row.get(name).and_then(serde_json::Value::as_str).ok_or_else(corrupt);
    let scope = TenantScope::of_row(row).ok_or_else(corrupt)?;
    Ok(scope.key(text("PK")?.splitn(3, '#').nth(2).unwrap_or_default(), text("SK")?))
}
