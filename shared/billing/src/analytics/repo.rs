//! Where what subscriptions add up to is kept.
//!
//! `ANALYTICS` / `D#<day>#<currency>#<plan>`: what changes of that day add up to, in a row for each day that has any;
//! `M#<month>#…`: the same of a month, so that what was before a range is few rows; `U#<day>#<plan>#<feature>`: what was used.
//! `COUNTED#<subscription>` / `COURSE`: how a subscription stood after each change that is in those sums, written with them;
//! `COUNTED#<event>` / `USAGE`: that an event of usage is in them, for longer than it can come again.

use std::collections::BTreeMap;

use events::subscription::UsageSum;
use jiff::SignedDuration;
use kernel::{Currency, Date, EventId, SubscriptionId, Timestamp};
use table::{Condition, Query, Slot, Table, TableError, TenantScope, Transaction, Write, from_item, pages};

use crate::{
    Counting, Course, Figures, PlanKey, ReportedUsage, Rollups, TooManyRows,
    analytics::rows::{
        ANALYTICS, AddedUsage, FiguresRow, MOST_USAGE, UsageRow, course_key, day_key, month, month_key, too_large,
        usage_key,
    },
};

/// How long an added event of usage is known: longer than queue, dead-letter queue and outbox keep one together.
const KNOWN: SignedDuration = SignedDuration::from_hours(60 * 24);

/// The sums of one tenant.
#[derive(Clone, Copy)]
pub struct SubscriptionSums<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> SubscriptionSums<'a> {
    /// The sums of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// What was counted of a subscription. One read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn course(&self, subscription: SubscriptionId) -> Result<Option<Course>, TableError> {
        self.table.get(&course_key(self.scope, subscription)).await?.map(from_item).transpose()
    }

    /// Adds to a transaction that one change more of a subscription is counted: its course, and the days and months that the
    /// change moves. The slot is that of the write that fails when another change was counted meanwhile.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(
        transaction: &mut Transaction,
        scope: TenantScope,
        subscription: SubscriptionId,
        counting: &Counting,
    ) -> Result<Slot, TableError> {
        let Counting { course, changes } = counting;
        let is_as_read = match course.version {
            1 => Condition::NotExists,
            version => Condition::VersionIs(version - 1),
        };
        let slot = transaction.add(Write::put(course_key(scope, subscription), course)?.when(is_as_read));
        let mut months: BTreeMap<(Date, &PlanKey), Figures> = BTreeMap::new();
        for ((day, plan), change) in changes {
            let key = day_key(scope, *day, course.currency, plan);
            transaction.add(more(Write::update::<FiguresRow>(key), (*day, course.currency, plan), *change));
            let month = months.entry((day.first_of_month(), plan)).or_default();
            *month = month.plus(*change).ok_or_else(too_large)?;
        }
        for ((first, plan), change) in months {
            let key = month_key(scope, first, course.currency, plan);
            transaction.add(more(Write::update::<FiguresRow>(key), (first, course.currency, plan), change));
        }
        Ok(slot)
    }

    /// Adds to a transaction what an event says was used: 1 to 99 sums. The slot is that of the write that fails when the
    /// event was added before.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn add_usage(
        transaction: &mut Transaction,
        scope: TenantScope,
        event: EventId,
        sums: &[UsageSum],
        now: Timestamp,
    ) -> Result<Slot, TableError> {
        let added = AddedUsage { sums: sums.len() };
        let key = scope.key(format_args!("COUNTED#{event}"), "USAGE");
        let once = transaction.add(Write::put(key, &added)?.ttl(now.plus(KNOWN)).when(Condition::NotExists));
        for sum in sums {
            let row = Write::update::<UsageRow>(usage_key(scope, sum)).set("day", sum.day.to_string());
            let row = row.set("plan", sum.plan_key.clone()).set("feature", sum.feature.clone());
            let row = row.add("events", sum.events);
            transaction.add(sum.units.into_iter().fold(row, |row, units| row.add("units", units)));
        }
        Ok(once)
    }

    /// What there is of a range of days, both included, and what was before it. Three queries side by side, each again for
    /// every megabyte more (some 3,000 rows).
    ///
    /// # Errors
    /// Those of the table.
    pub async fn read(&self, from: Date, to: Date) -> Result<Rollups, TableError> {
        let (rollups, usage) =
            tokio::try_join!(self.figures(from, to), pages::all(self.table, self.used_between(from, to)))?;
        Ok(Rollups { usage, ..rollups })
    }

    /// The same without what was used. Two queries side by side.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn figures(&self, from: Date, to: Date) -> Result<Rollups, TableError> {
        let (months, days) = tokio::try_join!(
            // `M#2026-12` comes before `M#2026-12#…`, so the month itself is not among them.
            pages::all(self.table, self.rows("M#".to_owned(), format!("M#{}", month(from)))),
            pages::all(self.table, self.rows(format!("D#{}#", from.first_of_month()), format!("D#{to}#~"))),
        )?;
        Ok(Rollups { months, days, usage: Vec::new() })
    }

    /// What was used on the days from `from` to `to`, both included: by day, plan and feature. One query for every megabyte.
    ///
    /// # Errors
    /// The inner one is for the caller; those of the table.
    pub async fn usage(&self, from: Date, to: Date) -> Result<Result<Vec<ReportedUsage>, TooManyRows>, TableError> {
        let rows = pages::all(self.table, self.used_between(from, to)).await?;
        Ok(if rows.len() > MOST_USAGE { Err(TooManyRows) } else { Ok(ReportedUsage::of(rows)) })
    }

    fn used_between(&self, from: Date, to: Date) -> Query {
        self.rows(format!("U#{from}#"), format!("U#{to}#~"))
    }

    fn rows(&self, first: String, last: String) -> Query {
        Query::partition(self.scope.partition(ANALYTICS)).between(first, last)
    }
}

fn more(row: Write, (day, currency, plan): (Date, Currency, &PlanKey), change: Figures) -> Write {
    let row = row.set("day", day.to_string()).set("currency", currency.to_string()).set("plan", plan.to_string());
    change.named().into_iter().filter(|(_, more)| *more != 0).fold(row, |row, (name, more)| row.add(name, more))
}
