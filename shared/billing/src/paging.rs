//! Pages of a partition or of the listing index, exact about whether more rows follow.

use kernel::PageLimit;
use serde::de::DeserializeOwned;
use table::{Item, Query, Table, TableError, from_item};

/// A caller's wish for one page: how many rows, and the `next` of the page before.
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

/// Which key attributes name a place in what is listed.
#[derive(Clone, Copy)]
pub(crate) enum PlacedBy {
    /// A partition of the table.
    Partition,
    /// The listing index.
    Index,
}

impl PlacedBy {
    fn place(self, row: &Item) -> Item {
        let names: &[&str] = match self {
            Self::Partition => &["PK", "SK"],
            Self::Index => &["PK", "SK", "GSI1PK", "GSI1SK"],
        };
        row.iter().filter(|(name, _)| names.contains(&name.as_str())).map(|(n, v)| (n.clone(), v.clone())).collect()
    }
}

/// How many rows are looked at for one page at most, times the rows asked for at once: a rare filter ends in a short
/// page with a cursor rather than in a time-out.
const QUERIES: u8 = 10;

/// The rows of `query` that `keep` wants. A page can be short, even empty, and still not be the last.
pub(crate) async fn page<T: DeserializeOwned>(
    table: &dyn Table,
    query: Query,
    placed_by: PlacedBy,
    request: &PageRequest,
    keep: impl Fn(&T) -> bool,
) -> Result<Listed<T>, TableError> {
    let wanted = usize::from(request.limit.get());
    let mut after: Option<Item> = request.after.clone();
    let mut items: Vec<T> = Vec::with_capacity(wanted);
    for _ in 0..QUERIES {
        let found = table.query(query.clone().limit(request.limit.get() + 1).after(after.clone())).await?;
        for row in found.items {
            let place = placed_by.place(&row);
            let record: T = from_item(row)?;
            if !keep(&record) {
                after = Some(place);
                continue;
            }
            if items.len() == wanted {
                // One more than wanted is there: the page ends before it.
                return Ok(Listed { items, last: after });
            }
            items.push(record);
            after = Some(place);
        }
        match found.last {
            Some(last) => after = Some(last),
            None => return Ok(Listed { items, last: None }),
        }
    }
    Ok(Listed { items, last: after })
}

/// Every row of a partition.
pub(crate) async fn all<T: DeserializeOwned>(table: &dyn Table, query: Query) -> Result<Vec<T>, TableError> {
    let mut records = Vec::new();
    let mut after = None;
    loop {
        let found = table.query(query.clone().after(after)).await?;
        for row in found.items {
            records.push(from_item(row)?);
        }
        after = found.last;
        if after.is_none() {
            return Ok(records);
        }
    }
}
