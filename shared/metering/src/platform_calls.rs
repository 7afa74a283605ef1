//! What was called over all tenants: totals by route, and the last minutes by group.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use jiff::SignedDuration;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use table::{OperatorScope, Query, Record, Table, TableError, TenantScope, pages};

use crate::{
    Tally,
    delivery::{SHARDS, minute_of},
    partitions::{minute_partition, total_partition},
};

/// How many minutes count, besides the one that is under way.
pub const WINDOW_MINUTES: i64 = 5;

/// The calls of all tenants.
#[derive(Clone, Copy)]
pub struct PlatformCalls<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// What a total is over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Total {
    /// The group that serves the route.
    pub group: String,
    /// A method and a path's template.
    pub route: String,
    /// The hundreds of the status.
    pub class: u16,
}

/// The last calls of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    /// The minute of the last one; `None` when there was none for a week.
    pub last_call_at: Option<Timestamp>,
    /// How many there were within the window.
    pub calls: u64,
    /// How many of those were answered with a server error.
    pub failures: u64,
}

/// The calls of a route over all tenants; a shard of them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TotalRow {
    #[serde(flatten)]
    total: Total,
    #[serde(flatten)]
    tally: Tally,
}

/// The calls of a group within a minute; a shard of them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MinuteRow {
    minute: Timestamp,
    #[serde(flatten)]
    tally: Tally,
}

impl Record for TotalRow {
    const ROWS: &'static [&'static str] = &["CALLS#TOTAL#{shard} / {group}#{class}#{route}"];
}

impl Record for MinuteRow {
    const ROWS: &'static [&'static str] = &["CALLS#MINUTE#{group} / {minute}#{shard}"];
}

impl<'a> PlatformCalls<'a> {
    /// Over this table.
    pub fn new(table: &'a dyn Table, operator: OperatorScope) -> Self {
        Self { table, scope: operator.platform() }
    }

    /// All calls ever by group, route and class of status. One query for each of eight shards, at once.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn totals(&self) -> Result<BTreeMap<Total, Tally>, TableError> {
        let shards = try_join_all((0..SHARDS).map(|shard| self.totals_of(shard))).await?;
        let mut totals: BTreeMap<Total, Tally> = BTreeMap::new();
        for row in shards.into_iter().flatten() {
            totals.entry(row.total).or_default().add(row.tally);
        }
        Ok(totals)
    }

    async fn totals_of(&self, shard: u8) -> Result<Vec<TotalRow>, TableError> {
        pages::readable(self.table, Query::partition(self.scope.partition(total_partition(shard)))).await
    }

    /// The last calls of a group. One query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn recent(&self, group: &str, now: Timestamp) -> Result<Recent, TableError> {
        // As many rows as the window can have; the newest of them is there however old it is.
        let most = (WINDOW_MINUTES + 1) * i64::from(SHARDS);
        let query = Query::partition(self.scope.partition(minute_partition(group)))
            .at_most(format!("{}#~", minute_of(now)))
            .descending()
            .limit(u16::try_from(most).unwrap_or(u16::MAX));
        let first = minute_of(now).plus(-SignedDuration::from_mins(WINDOW_MINUTES));
        let mut recent = Recent::default();
        for row in self.table.query(query).await?.items.into_iter().filter_map(pages::read::<MinuteRow>) {
            recent.last_call_at = recent.last_call_at.max(Some(row.minute));
            if row.minute >= first {
                recent.calls = recent.calls.saturating_add(row.tally.calls);
                recent.failures = recent.failures.saturating_add(row.tally.failures);
            }
        }
        Ok(recent)
    }
}
