//! How many tenants are near a limit of their plan, or at it.
//!
//! What is kept, such as members, is looked at as it is now: `CENSUS#<shard>` / `LIMIT#NOW#<resource>`. What is used up in a month of
//! UTC only grows in it: `CENSUS#<shard>` / `LIMIT#<first day of the month>#<resource>`. Of each tenant the highest mark of the month counts, once: what
//! is counted is a function of the set of marks that were heard of, in whatever order and however often. Marks are known for two
//! months; what is heard of an older month is too late to be counted.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join_all;
use jiff::ToSpan;
use kernel::{Date, Resource, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use table::{OperatorScope, Query, Record, Table, TableError, pages};

use crate::{
    limits::{Mark, ResourceState},
    operator::shards::{SHARDS, is_nothing},
};

/// A mark of a limit that a tenant passed, the lower one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitLevel {
    /// 80 percent are used.
    Near,
    /// All of it is used.
    Reached,
}

impl LimitLevel {
    /// How near a tenant is to a limit; `None` below 80 percent of it, and where there is none.
    pub fn of(state: &ResourceState) -> Option<Self> {
        let (limit, used) = (state.quota.limit()?, state.count.units());
        let is_at = |mark: Mark| mark.units(limit) > 0 && used >= mark.units(limit);
        let near = is_at(Mark::Warning).then_some(Self::Near);
        if is_at(Mark::Reached) { Some(Self::Reached) } else { near }
    }
}

/// That a tenant passed a mark of a limit in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LimitStep {
    /// The first day of the month.
    pub month: Date,
    /// Of which resource.
    pub resource: Resource,
    /// Which mark.
    pub level: LimitLevel,
}

/// How many tenants passed marks of a limit in a month, or are past them now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CensusLimit {
    resource: Resource,
    #[serde(default, skip_serializing_if = "is_nothing")]
    near: i64,
    #[serde(default, skip_serializing_if = "is_nothing")]
    reached: i64,
}

impl Record for CensusLimit {
    const ROWS: &'static [&'static str] =
        &["CENSUS#{shard} / LIMIT#{month}#{resource}", "CENSUS#{shard} / LIMIT#NOW#{resource}"];
}

/// How many tenants are near a limit, and how many are at it. No tenant is both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitFigures {
    /// 80 percent are used, and not all.
    pub near: i64,
    /// All of it is used.
    pub reached: i64,
}

impl LimitFigures {
    /// By resource: of what is kept now, of what is used up in the month of an instant; resources without such tenants are left out.
    /// Sixteen queries side by side.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn read(
        table: &dyn Table,
        operator: OperatorScope,
        at: Timestamp,
    ) -> Result<BTreeMap<Resource, Self>, TableError> {
        let month = at.date_in(&Zone::utc()).first_of_month();
        let shards = (0..SHARDS).map(|shard| {
            let of = operator.platform().partition(format_args!("CENSUS#{shard}"));
            let (now, used_up) = (Query::partition(of.clone()), Query::partition(of));
            let used_up = used_up.begins_with(format!("LIMIT#{month}#"));
            async move {
                tokio::try_join!(
                    pages::all::<CensusLimit>(table, now.begins_with("LIMIT#NOW#")),
                    pages::all::<CensusLimit>(table, used_up),
                )
            }
        });
        let mut all: BTreeMap<Resource, Self> = BTreeMap::new();
        let rows = try_join_all(shards).await?.into_iter().flat_map(|(now, month)| {
            // Marks of what is kept were counted by month once.
            now.into_iter().chain(month.into_iter().filter(|row| row.resource.is_monthly()))
        });
        for row in rows {
            let figures = all.entry(row.resource).or_default();
            figures.near += row.near;
            figures.reached += row.reached;
        }
        all.retain(|_, figures| *figures != Self::default());
        Ok(all)
    }

    pub(crate) const fn named(&self) -> [(&'static str, i64); 2] {
        [("near", self.near), ("reached", self.reached)]
    }

    /// The figures less others.
    pub(crate) const fn minus(&self, other: Self) -> Self {
        Self { near: self.near - other.near, reached: self.reached - other.reached }
    }

    pub(crate) const fn of(level: Option<LimitLevel>) -> Self {
        match level {
            Some(LimitLevel::Near) => Self { near: 1, reached: 0 },
            Some(LimitLevel::Reached) => Self { near: 0, reached: 1 },
            None => Self { near: 0, reached: 0 },
        }
    }
}

/// The first month that is still known at an instant: that before the present one.
pub(crate) fn first_known(now: Timestamp) -> Date {
    let present = now.date_in(&Zone::utc()).first_of_month();
    present.checked_sub(1.month()).unwrap_or(present)
}

/// What a change of the marks of a tenant changes in the census, by month and resource: of the months that are `known` after it.
/// One that was forgotten stays as it was counted. A tenant that is not counted has no marks.
pub(crate) fn changes(
    before: Option<&BTreeSet<LimitStep>>,
    after: Option<&BTreeSet<LimitStep>>,
    known: &BTreeSet<LimitStep>,
) -> BTreeMap<(Date, Resource), LimitFigures> {
    let highest = |marks: Option<&BTreeSet<LimitStep>>| {
        // In order, so that the highest of a month and resource stays.
        let marks = marks.into_iter().flatten();
        marks.map(|step| ((step.month, step.resource), step.level)).collect::<BTreeMap<_, _>>()
    };
    let (was, is) = (highest(before), highest(after));
    let mut changes = BTreeMap::new();
    for at in highest(Some(known)).into_keys() {
        let (from, to) = (LimitFigures::of(was.get(&at).copied()), LimitFigures::of(is.get(&at).copied()));
        let more = to.minus(from);
        if more != LimitFigures::default() {
            changes.insert(at, more);
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn step(month: &str, level: LimitLevel) -> LimitStep {
        LimitStep { month: day(month), resource: Resource::ApiCalls, level }
    }

    #[test]
    fn the_highest_mark_of_a_month_counts_in_whatever_order_marks_are_heard_of() {
        let (near, reached) = (step("2026-12-01", LimitLevel::Near), step("2026-12-01", LimitLevel::Reached));
        for order in [[near, reached], [reached, near]] {
            let (mut marks, mut sum) = (BTreeSet::new(), LimitFigures::default());
            for one in order.iter().chain(&order) {
                let before = marks.clone();
                marks.insert(*one);
                for more in changes(Some(&before), Some(&marks), &marks).into_values() {
                    sum = LimitFigures { near: sum.near + more.near, reached: sum.reached + more.reached };
                }
            }
            assert_eq!(sum, LimitFigures { near: 0, reached: 1 });
        }
    }

    #[test]
    fn a_month_that_is_forgotten_stays_as_it_was_counted() {
        let before = BTreeSet::from([step("2026-10-01", LimitLevel::Near), step("2026-12-01", LimitLevel::Near)]);
        let after = BTreeSet::from([step("2026-12-01", LimitLevel::Near)]);
        assert_eq!(changes(Some(&before), Some(&after), &after), BTreeMap::new());
        let gone = changes(Some(&after), None, &after);
        assert_eq!(gone[&(day("2026-12-01"), Resource::ApiCalls)], LimitFigures { near: -1, reached: 0 });
        assert_eq!(first_known("2026-12-31T23:59:59Z".parse().unwrap()), day("2026-11-01"));
        assert_eq!(first_known("2027-01-01T00:00:00Z".parse().unwrap()), day("2026-12-01"));
    }
}
