//! Lists of rows: pages of a partition or of the listing index, and partitions as a whole.
//!
//! Rows outlive releases, so that one row may be there that this release cannot read. A list that is shown ([`page`],
//! [`readable`], [`readable_of`]) leaves it out and says so in the log. What money or a proof is made of ([`all`],
//! [`all_of`]) is all there or fails.

use kernel::PageLimit;
use serde::de::DeserializeOwned;

use crate::{Item, Key, Query, Table, TableError, from_item};

/// A caller's wish for one page: how many rows, and the `last` of the page before.
#[derive(Clone, Debug, Default)]
pub struct PageRequest {
    /// At most how many rows.
    pub limit: PageLimit,
    /// Where the page before ended: its `last`, out of an authenticated cursor.
    pub after: Option<Item>,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the page ends, when more rows follow.
    pub last: Option<Item>,
}

/// How many queries one page makes at most: a rare filter ends in a short page with a cursor rather than in a time-out.
const QUERIES: u8 = 10;
/// How many rows each query but the first asks for, when a filter left too few.
const MORE: u16 = 100;
/// How many rows one call may read by their keys (a limit of DynamoDB).
const READ_AT_ONCE: usize = 100;

/// The rows of `query` that `keep` wants, without those that cannot be read. A page can be short, even empty, and still
/// not be the last. It is exact about whether more rows follow. One query, with a filter up to ten.
///
/// # Errors
/// Those of the table.
pub async fn page<T: DeserializeOwned>(
    table: &dyn Table,
    query: Query,
    request: &PageRequest,
    keep: impl Fn(&T) -> bool,
) -> Result<Listed<T>, TableError> {
    let wanted = usize::from(request.limit.get());
    // One more than wanted: the store cannot tell whether a full page is the last.
    let mut rows = request.limit.get() + 1;
    let (mut items, mut last): (Vec<T>, _) = (Vec::with_capacity(wanted), request.after.clone());
    for _ in 0..QUERIES {
        let found = table.query(query.clone().limit(rows).after(last.clone())).await?;
        rows = rows.max(MORE);
        for row in found.items {
            let place = query.place_of(&row);
            if let Some(record) = read::<T>(row).filter(|record| keep(record)) {
                if items.len() == wanted {
                    // The page ends before it.
                    return Ok(Listed { items, last });
                }
                items.push(record);
            }
            last = Some(place);
        }
        match found.last {
            Some(end) => last = Some(end),
            None => return Ok(Listed { items, last: None }),
        }
    }
    Ok(Listed { items, last })
}

/// Every row of `query` that can be read. One query for each megabyte.
///
/// # Errors
/// Those of the table.
pub async fn readable<T: DeserializeOwned>(table: &dyn Table, query: Query) -> Result<Vec<T>, TableError> {
    Ok(rows(table, query).await?.into_iter().filter_map(read).collect())
}

/// Every row of `query`. One query for each megabyte.
///
/// # Errors
/// Those of the table; `Corrupt` when there is a row that cannot be read.
pub async fn all<T: DeserializeOwned>(table: &dyn Table, query: Query) -> Result<Vec<T>, TableError> {
    rows(table, query).await?.into_iter().map(from_item).collect()
}

/// The rows of these keys that are there and can be read, for lists of pointers. One round trip for each hundred.
///
/// # Errors
/// Those of the table.
pub async fn readable_of<T: DeserializeOwned>(table: &dyn Table, keys: &[Key]) -> Result<Vec<T>, TableError> {
    Ok(rows_of(table, keys).await?.into_iter().filter_map(read).collect())
}

/// The rows of these keys that are there. One round trip for each hundred.
///
/// # Errors
/// Those of the table; `Corrupt` when there is a row that cannot be read.
pub async fn all_of<T: DeserializeOwned>(table: &dyn Table, keys: &[Key]) -> Result<Vec<T>, TableError> {
    rows_of(table, keys).await?.into_iter().map(from_item).collect()
}

/// The record of a listed row; `None`, and an error in the log with the row's key, for one that this release cannot read.
pub fn read<T: DeserializeOwned>(row: Item) -> Option<T> {
    let part = |name: &str| row.get(name).and_then(|part| part.as_str()).unwrap_or_default().to_owned();
    let (pk, sk) = (part("PK"), part("SK"));
    let record = from_item(row);
    record.inspect_err(|error| tracing::error!(%error, row.pk = pk, row.sk = sk, "a list leaves a row out")).ok()
}

async fn rows(table: &dyn Table, query: Query) -> Result<Vec<Item>, TableError> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let found = table.query(query.clone().after(after)).await?;
        rows.extend(found.items);
        after = found.last;
        if after.is_none() {
            return Ok(rows);
        }
    }
}

async fn rows_of(table: &dyn Table, keys: &[Key]) -> Result<Vec<Item>, TableError> {
    let mut rows = Vec::with_capacity(keys.len());
    for keys in keys.chunks(READ_AT_ONCE) {
        rows.extend(table.batch_get(keys).await?.into_iter().flatten());
    }
    Ok(rows)
}
