//! A turn of reading: some thousand rows, each as a line of its file, in an object for each file.

use std::collections::BTreeMap;

use cloud::Ctx;
use table::{Item, Key, TableError, TenantScope};
use tenancy::{ExportPart, Span, TenantExport, WalkPurpose, Walker, kind_of};

use crate::PrivacyError;

/// After how many queries a turn ends: some ten seconds.
const QUERIES: u32 = 1_000;
/// After how many rows a turn ends.
const ROWS: u64 = 5_000;
/// After how many bytes a turn ends, so that it fits into the memory: 8 MiB.
const BYTES: usize = 8 * 1024 * 1024;

/// Reads on.
pub(crate) async fn read(ctx: &Ctx, export: TenantExport, span: Span) -> Result<TenantExport, PrivacyError> {
    let mut walker =
        Walker::new(ctx.table(), TenantScope::new(export.tenant), (WalkPurpose::Export, span), export.position.clone());
    let mut files: BTreeMap<&'static str, Vec<u8>> = BTreeMap::new();
    let (mut queries, mut rows, mut bytes, mut ended) = (0, 0, 0, false);
    while queries < QUERIES && rows < ROWS && bytes < BYTES {
        let Some(found) = walker.next().await? else {
            ended = true;
            break;
        };
        queries += 1;
        for row in found {
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
    let mut parts = Vec::with_capacity(files.len());
    for (file, lines) in files {
        let object = format!("{}/{}", export.folder(), ctx.new_ulid());
        ctx.put_object(&object, "application/jsonl", lines).await?;
        parts.push(ExportPart { file: file.to_owned(), object });
    }
    let position = (!ended).then(|| walker.position().clone());
    Ok(export.read(position, parts, rows))
}

/// The key of a row.
pub(crate) fn key_of(row: &Item) -> Result<Key, TableError> {
    let corrupt = || TableError::Corrupt("a row without a key".to_owned());
    let text = |name: &str| row.get(name).and_then(serde_json::Value::as_str).ok_or_else(corrupt);
    let scope = TenantScope::of_row(row).ok_or_else(corrupt)?;
    Ok(scope.key(text("PK")?.splitn(3, '#').nth(2).unwrap_or_default(), text("SK")?))
}
