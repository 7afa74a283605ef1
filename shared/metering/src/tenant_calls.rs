//! What was called of one tenant, by day, route or caller.

use std::collections::BTreeMap;

use kernel::Date;
use serde::{Deserialize, Serialize};
use table::{Query, Record, Table, TableError, TenantScope, pages};
use utoipa::ToSchema;

use crate::{
    Tally,
    partitions::{DAY, ROUTE, USER},
};

/// How many rows one question may read: about 12 MB of them.
const MOST_ROWS: usize = 50_000;

/// The calls of one tenant.
#[derive(Clone, Copy)]
pub struct TenantCalls<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// By what calls are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = CallGrouping)]
pub enum Grouping {
    /// By day of UTC.
    Day,
    /// By method and path's template.
    Route,
    /// By user or API key; `anonymous` for callers who proved nothing.
    User,
}

/// Why calls cannot be added up.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    /// There are more rows than one question may read.
    #[error("too much was called in these days to be added up at once; ask for fewer days")]
    TooMuch,
    /// The store failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// A tenant's calls of a day: all, of a route, or by a caller.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DayCalls {
    key: String,
    #[serde(flatten)]
    tally: Tally,
}

impl Record for DayCalls {
    const ROWS: &'static [&'static str] =
        &["CALLS#DAY / {day}", "CALLS#ROUTE / {day}#{route}", "CALLS#USER / {day}#{caller}"];
}

impl<'a> TenantCalls<'a> {
    /// The calls of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// The calls of the days from `from` to `to`, both included, each key with its sum. One query per megabyte of rows.
    ///
    /// # Errors
    /// Too much for one question, or those of the table.
    pub async fn by(&self, grouping: Grouping, from: Date, to: Date) -> Result<BTreeMap<String, Tally>, UsageError> {
        let partition = match grouping {
            Grouping::Day => DAY,
            Grouping::Route => ROUTE,
            Grouping::User => USER,
        };
        let query = Query::partition(self.scope.partition(partition)).between(from.to_string(), format!("{to}#~"));
        let mut sums: BTreeMap<String, Tally> = BTreeMap::new();
        let (mut read, mut walk) = (0_usize, pages::Walk::new(self.table, query));
        while let Some(rows) = walk.next().await? {
            read = read.saturating_add(rows.len());
            if read > MOST_ROWS {
                return Err(UsageError::TooMuch);
            }
            for row in rows.into_iter().filter_map(pages::read::<DayCalls>) {
                sums.entry(row.key).or_default().add(row.tally);
            }
        }
        Ok(sums)
    }

    /// How many calls count in the month of `day`, up to and with it: those that are not free. One query of at most 31 rows.
    ///
    /// # Errors
    /// As [`TenantCalls::by`].
    pub async fn of_month(&self, day: Date) -> Result<u64, UsageError> {
        let days = self.by(Grouping::Day, day.first_of_month(), day).await?;
        Ok(days.into_values().fold(0, |sum: u64, day| sum.saturating_add(day.billable())))
    }
}
