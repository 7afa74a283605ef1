//! Lists of rows: pages of a partition or of the listing index, lists of pointers, and partitions as a whole. Nothing else
//! asks for one page after another: [`Walk`] does.
//!
//! Rows outlive releases, so that one row may be there that this release cannot read. A list that is shown ([`page`],
//! [`readable`], [`pointed`]) leaves it out and says so in the log. What money or a proof is made of ([`all`],
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

impl PageRequest {
    /// The first page, of so many rows.
    pub const fn first<const ROWS: u16>() -> Self {
        Self { limit: PageLimit::of::<ROWS>(), after: None }
    }
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

/// A page of a list of pointers: rows that say of which row the list is, as `P`, at the place that `key` makes of them.
/// What they point to is read, and is left out where it is gone, cannot be read, or `keep` does not want it. A page can be
/// short, even empty, and still not be the last; the one behind the last may be empty. One query and one batch of reads,
/// with a filter up to ten queries and eleven batches.
///
/// # Errors
/// Those of the table.
pub async fn pointed<P: DeserializeOwned, T: DeserializeOwned>(
    table: &dyn Table,
    pointers: Query,
    request: &PageRequest,
    key: impl Fn(&P) -> Key,
    keep: impl Fn(&T) -> bool,
) -> Result<Listed<T>, TableError> {
    let wanted = usize::from(request.limit.get());
    // As many as are wanted are read first: without a filter they are the page, and the one behind them says that more follow.
    let (mut rows, mut at_once) = (request.limit.get() + 1, wanted.clamp(1, READ_AT_ONCE));
    let (mut items, mut last): (Vec<T>, _) = (Vec::with_capacity(wanted), request.after.clone());
    for _ in 0..QUERIES {
        let found = table.query(pointers.clone().limit(rows).after(last.clone())).await?;
        for some in found.items.chunks(at_once) {
            if items.len() == wanted {
                return Ok(Listed { items, last });
            }
            let (places, keys): (Vec<Item>, Vec<Option<Key>>) = some
                .iter()
                .map(|row| (pointers.place_of(row), read::<P>(row.clone()).map(|pointer| key(&pointer))))
                .unzip();
            let readable: Vec<Key> = keys.iter().flatten().cloned().collect();
            let mut there = each_of(table, &readable).await?.into_iter();
            for (place, key) in places.into_iter().zip(keys) {
                let record = key.and_then(|_| there.next().flatten()).and_then(read::<T>);
                if let Some(record) = record.filter(|record| keep(record)) {
                    if items.len() == wanted {
                        return Ok(Listed { items, last });
                    }
                    items.push(record);
                }
                last = Some(place);
            }
        }
        (rows, at_once) = (rows.max(MORE), READ_AT_ONCE);
        match found.last {
            Some(end) => last = Some(end),
            None => return Ok(Listed { items, last: None }),
        }
    }
    Ok(Listed { items, last })
}

/// One page as the store has it, behind the `after` of the page before, without the rows that cannot be read: for work
/// that goes on where it stopped. One query.
///
/// # Errors
/// Those of the table.
pub async fn part<T: DeserializeOwned>(
    table: &dyn Table,
    query: Query,
    after: Option<Item>,
) -> Result<Listed<T>, TableError> {
    let found = table.query(query.after(after)).await?;
    Ok(Listed { items: found.items.into_iter().filter_map(read).collect(), last: found.last })
}

/// A query's pages, one after the other.
pub struct Walk<'a> {
    table: &'a dyn Table,
    query: Query,
    at: At,
}

/// Where a walk is.
enum At {
    Start,
    Behind(Item),
    End,
}

impl<'a> Walk<'a> {
    /// Begins at the first page.
    pub const fn new(table: &'a dyn Table, query: Query) -> Self {
        Self { table, query, at: At::Start }
    }

    /// The rows of the next page; `None` behind the last. One query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn next(&mut self) -> Result<Option<Vec<Item>>, TableError> {
        let after = match std::mem::replace(&mut self.at, At::End) {
            At::Start => None,
            At::Behind(last) => Some(last),
            At::End => return Ok(None),
        };
        let found = self.table.query(self.query.clone().after(after)).await?;
        if let Some(last) = found.last {
            self.at = At::Behind(last);
        }
        Ok(Some(found.items))
    }
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

/// The rows of these keys that are there. One round trip for each hundred.
///
/// # Errors
/// Those of the table; `Corrupt` when there is a row that cannot be read.
pub async fn all_of<T: DeserializeOwned>(table: &dyn Table, keys: &[Key]) -> Result<Vec<T>, TableError> {
    each_of(table, keys).await?.into_iter().flatten().map(from_item).collect()
}

/// The record of a listed row; `None`, and an error in the log with the row's key, for one that this release cannot read.
pub fn read<T: DeserializeOwned>(row: Item) -> Option<T> {
    let part = |name: &str| row.get(name).and_then(|part| part.as_str()).unwrap_or_default().to_owned();
    let (pk, sk) = (part("PK"), part("SK"));
    let record = from_item(row);
    record.inspect_err(|error| tracing::error!(%error, row.pk = pk, row.sk = sk, "a list leaves a row out")).ok()
}

async fn rows(table: &dyn Table, query: Query) -> Result<Vec<Item>, TableError> {
    let (mut rows, mut walk) = (Vec::new(), Walk::new(table, query));
    while let Some(page) = walk.next().await? {
        rows.extend(page);
    }
    Ok(rows)
}

/// The row of each of these keys, in their order; `None` where there is none. One round trip for each hundred.
///
/// # Errors
/// Those of the table.
pub async fn each_of(table: &dyn Table, keys: &[Key]) -> Result<Vec<Option<Item>>, TableError> {
    let mut rows = Vec::with_capacity(keys.len());
    for keys in keys.chunks(READ_AT_ONCE) {
        rows.extend(table.batch_get(keys).await?);
    }
    Ok(rows)
}
