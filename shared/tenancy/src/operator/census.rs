//! How many tenants there are, by status and plan, and what they add to the months. How many are near their limits is beside
//! it: [`crate::LimitFigures`].
//!
//! `CENSUS#<shard>` / `NOW#<status>#<plan>` and `MONTH#<first day>`, spread over shards by tenant, so that many changes at
//! once do not meet in one row. Reading is two queries for each shard.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use kernel::{Date, TenantId};
use serde::{Deserialize, Serialize};
use table::{OperatorScope, Query, Record, Table, TableError, TenantScope, Transaction, Write, pages};

use crate::{
    TenantStatus,
    operator::{
        enlisted::Changes,
        limit_marks::CensusLimit,
        milestones::CohortFigures,
        places::{NO_PLAN, status_word},
        shards::{SHARDS, is_nothing, key},
    },
};

/// How many tenants have a status and a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CensusCount {
    status: TenantStatus,
    plan: String,
    tenants: i64,
}

impl Record for CensusCount {
    const ROWS: &'static [&'static str] = &["CENSUS#{shard} / NOW#{status}#{plan}"];
}

/// What tenants add to a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CensusMonth {
    month: Date,
    #[serde(default, skip_serializing_if = "is_nothing")]
    signed_up: i64,
    #[serde(default, skip_serializing_if = "is_nothing")]
    converted: i64,
    #[serde(default, skip_serializing_if = "is_nothing")]
    lapsed: i64,
    #[serde(default, skip_serializing_if = "is_nothing")]
    began: i64,
    #[serde(default, skip_serializing_if = "is_nothing")]
    ended: i64,
}

impl Record for CensusMonth {
    const ROWS: &'static [&'static str] = &["CENSUS#{shard} / MONTH#{month}"];
}

/// How many tenants have a status and a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CensusCell {
    /// The status.
    pub status: TenantStatus,
    /// The plan, `-` without one.
    pub plan: String,
    /// How many.
    pub tenants: i64,
}

/// All tenants, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// By status and plan; no cell is empty.
    pub cells: Vec<CensusCell>,
    /// By the first day of the month, the oldest first.
    pub months: BTreeMap<Date, CohortFigures>,
}

impl Census {
    /// What stands for no plan.
    pub const NO_PLAN: &'static str = NO_PLAN;

    /// Reads it: sixteen queries side by side.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn read(table: &dyn Table, operator: OperatorScope) -> Result<Self, TableError> {
        let shards = (0..SHARDS).map(|shard| {
            let of = operator.platform().partition(format_args!("CENSUS#{shard}"));
            let (counts, months) = (Query::partition(of.clone()), Query::partition(of));
            async move {
                tokio::try_join!(
                    pages::all::<CensusCount>(table, counts.begins_with("NOW#")),
                    pages::all::<CensusMonth>(table, months.begins_with("MONTH#")),
                )
            }
        });
        let mut cells: BTreeMap<(&'static str, String), CensusCell> = BTreeMap::new();
        let mut census = Self::default();
        for (counts, months) in try_join_all(shards).await? {
            for CensusCount { status, plan, tenants } in counts {
                let empty = CensusCell { status, plan: plan.clone(), tenants: 0 };
                cells.entry((status_word(status), plan)).or_insert(empty).tenants += tenants;
            }
            for row in months {
                let month = census.months.entry(row.month).or_default();
                *month = month.plus(row.figures());
            }
        }
        census.cells = cells.into_values().filter(|cell| cell.tenants != 0).collect();
        Ok(census)
    }
}

impl CensusMonth {
    const fn figures(&self) -> CohortFigures {
        CohortFigures {
            signed_up: self.signed_up,
            converted: self.converted,
            lapsed: self.lapsed,
            began: self.began,
            ended: self.ended,
        }
    }
}

/// Adds the counts of a tenant's change to a transaction.
pub(crate) fn count(transaction: &mut Transaction, platform: TenantScope, tenant: TenantId, changes: &Changes) {
    for ((status, plan), more) in &changes.counts {
        let row = Write::update::<CensusCount>(key(platform, tenant, &format!("NOW#{status}#{plan}")));
        transaction.add(row.set("status", *status).set("plan", plan.clone()).add("tenants", *more));
    }
    for (month, figures) in &changes.months {
        let row = Write::update::<CensusMonth>(key(platform, tenant, &format!("MONTH#{month}")));
        let row = row.set("month", month.to_string());
        let moved = figures.named().into_iter().filter(|(_, more)| *more != 0);
        transaction.add(moved.fold(row, |row, (name, more)| row.add(name, more)));
    }
    let of_months = changes.limits.iter().map(|((month, resource), figures)| (month.to_string(), resource, figures));
    let now = changes.at_limits.iter().map(|(resource, figures)| ("NOW".to_owned(), resource, figures));
    for (when, resource, figures) in of_months.chain(now) {
        let row = Write::update::<CensusLimit>(key(platform, tenant, &format!("LIMIT#{when}#{resource}")));
        let row = row.set("resource", resource.as_str());
        let moved = figures.named().into_iter().filter(|(_, more)| *more != 0);
        transaction.add(moved.fold(row, |row, (name, more)| row.add(name, more)));
    }
}
