//! Where usage is kept: each event once, a counter per feature and period (or part of one, where the plan changed within
//! it), a counter per day and feature.
//!
//! All of a subscription's usage is in the partition `USAGE#<sub>`: `E#<event id>` until it is forgotten,
//! `C#<first day>#<feature>` with `used`, `late#<first day>` per former period and `closed` once billed,
//! `D#<day>#<feature>`. Of a meter of the largest or latest quantity `top` says by what it is that; of a meter of different
//! values `VC#<first day>#<feature>#<value>` and `VD#<day>#…` say which were seen. An event that was taken back stays, with `amendedAt`. Event and counters are written in one transaction, so an event is counted exactly when its
//! row is there. A closed counter takes nothing more; an event that meets one is placed again, in a later period.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Date, SubscriptionId};
use table::{Condition, Item, Key, Query, Table, TableError, TenantScope, TransactError, Write, from_item, pages};

use crate::{
    Aggregation, Closing, Feature, Placed, UsageEventId, UsageTeller,
    usage::{
        batch::{CountedEvent, Recording, Recordings, UsageBatch},
        counter_row::{CounterRow, DayRow, LATE, counter_key, partition},
        known::KnownRows,
    },
};

/// The usage rows of one tenant.
#[derive(Clone, Copy)]
pub struct UsageRows<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// What became of placed events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Counted now.
    pub accepted: Vec<UsageEventId>,
    /// Counted before.
    pub duplicates: Vec<UsageEventId>,
    /// Not counted: their counter was closed meanwhile. They are to be placed again.
    pub moved: Vec<Placed>,
}

/// A counter as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counter {
    /// Units of its period.
    pub used: u64,
    /// Units of former periods that came after their invoice, by their first day.
    pub late: BTreeMap<Date, u64>,
    /// Units of its period that later invoices have billed.
    pub late_billed: u64,
    /// By what it was closed.
    pub closed: Option<Closing>,
    /// Raised by every count; `None` when there is no row yet.
    pub version: Option<u64>,
}

/// A day's use of a feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayUse {
    /// Which day of the subscriber.
    pub day: Date,
    /// Of what.
    pub feature: Feature,
    /// How many units.
    pub units: u64,
    /// How they were counted.
    pub aggregation: Aggregation,
}

impl Counter {
    /// Of late quantities of which the largest counts only what exceeds their own period's, which is `former`.
    pub(crate) fn keep_late_beyond<'b>(&mut self, former: impl Fn(Date) -> Option<&'b Self>) {
        for (start, units) in &mut self.late {
            let billed = former(*start).map_or(0, |former| former.used.saturating_add(former.late_billed));
            *units = units.saturating_sub(billed);
        }
        self.late.retain(|_, units| *units > 0);
    }
}

impl<'a> UsageRows<'a> {
    /// The usage rows of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// Counts events, each exactly once however often it is sent, in as few transactions as they fit into, each with the
    /// event that tells what it counted.
    ///
    /// # Errors
    /// Those of the table; the events of finished transactions are then counted, and duplicates when sent again.
    pub async fn record(&self, placed: Vec<Placed>, teller: UsageTeller<'_>) -> Result<Recorded, TableError> {
        let mut recorded = Recorded::default();
        let mut waiting = placed;
        let mut known = self.known(&waiting).await?;
        while !waiting.is_empty() {
            waiting = self.record_what_fits(waiting, &mut known, &mut recorded, teller).await?;
        }
        Ok(recorded)
    }

    /// The rows that decide how events are counted.
    async fn known(&self, placed: &[Placed]) -> Result<KnownRows, TableError> {
        let mut keys = BTreeSet::new();
        for placed in placed.iter().filter(|placed| !placed.aggregation.is_additive()) {
            keys.extend(CountedEvent::new(self.scope, placed.clone())?.decided_by());
        }
        KnownRows::read(self.table, &keys).await
    }

    /// Counts the first events, as many as fit into a transaction; gives back those that are still to do.
    async fn record_what_fits(
        &self,
        waiting: Vec<Placed>,
        known: &mut KnownRows,
        recorded: &mut Recorded,
        teller: UsageTeller<'_>,
    ) -> Result<Vec<Placed>, TableError> {
        let mut batch = UsageBatch::default();
        let mut later = Vec::new();
        for placed in waiting {
            if !later.is_empty() {
                later.push(placed);
                continue;
            }
            later.extend(batch.take(CountedEvent::new(self.scope, placed)?, known)?.map(|counted| counted.placed));
        }
        let sums = batch.sums(teller.zone).into_sums();
        let Recordings { mut transaction, events, decided } = batch.into_recordings(known);
        (teller.tell)(&mut transaction, sums)?;
        match self.table.transact(transaction).await {
            Ok(()) => {
                recorded.accepted.extend(events.into_iter().map(|recording| recording.placed.event.id));
                *known = self.known(&later).await?;
            }
            Err(TransactError::Cancelled(cancelled)) => {
                for (slot, key) in decided {
                    if let Some(failed) = cancelled.failed(slot) {
                        known.learn(key, failed.current.clone());
                    }
                }
                let mut again = Vec::new();
                for Recording { placed, event, counter } in events {
                    if cancelled.failed(event).is_some() {
                        recorded.duplicates.push(placed.event.id);
                    } else if known.is_closed(&counter) {
                        recorded.moved.push(placed);
                    } else {
                        again.push(placed);
                    }
                }
                again.append(&mut later);
                later = again;
            }
            Err(TransactError::Table(error)) => return Err(error),
        }
        Ok(later)
    }

    /// The counters of a subscription's periods, in the order asked for; empty ones where there are none. At most 100.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn counters(
        &self,
        subscription: SubscriptionId,
        wanted: &[(Date, Feature)],
    ) -> Result<Vec<Counter>, TableError> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<Key> =
            wanted.iter().map(|(start, feature)| counter_key(self.scope, subscription, *start, feature)).collect();
        pages::each_of(self.table, &keys).await?.into_iter().map(parse_counter).collect()
    }

    /// A subscription's use by day, for the days from `from` to `to`, both included.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn by_day(&self, subscription: SubscriptionId, from: Date, to: Date) -> Result<Vec<DayUse>, TableError> {
        let partition = self.scope.partition(partition(subscription));
        let query = Query::partition(partition).between(format!("D#{from}#"), format!("D#{to}#~"));
        let rows: Vec<DayRow> = pages::all(self.table, query).await?;
        let day_use = |row: DayRow| DayUse {
            day: row.day,
            feature: row.feature,
            units: row.used,
            aggregation: row.aggregation.unwrap_or_default(),
        };
        Ok(rows.into_iter().map(day_use).collect())
    }

    /// The write that closes a counter for good, if it is still as it was read.
    pub(crate) fn close(
        scope: TenantScope,
        subscription: SubscriptionId,
        (start, feature): &(Date, Feature),
        counter: &Counter,
        closing: Closing,
    ) -> Write {
        let key = counter_key(scope, subscription, *start, feature);
        let write = Write::update::<CounterRow>(key).set("closed", closing.to_string());
        match counter.version {
            Some(version) => write.when(Condition::VersionIs(version)).when(Condition::Missing("closed")),
            None => write.set("version", 0).when(Condition::NotExists),
        }
    }

    /// The write that notes at a closed counter how many late units of it were billed.
    pub(crate) fn bill_late(
        scope: TenantScope,
        subscription: SubscriptionId,
        start: Date,
        feature: &Feature,
        units: u64,
    ) -> Write {
        let units = i64::try_from(units).unwrap_or(i64::MAX);
        Write::update::<CounterRow>(counter_key(scope, subscription, start, feature))
            .add("lateBilled", units)
            .when(Condition::Exists)
    }
}

/// The counter of a row; an empty one where there is none.
pub(crate) fn parse_counter(item: Option<Item>) -> Result<Counter, TableError> {
    let Some(item) = item else { return Ok(Counter::default()) };
    let row: CounterRow = from_item(item)?;
    let corrupt = |name: &str| TableError::Corrupt(format!("a counter's {name}"));
    let late = row.rest.iter().filter_map(|(name, units)| name.strip_prefix(LATE).map(|start| (start, units)));
    let late = late.map(|(start, units)| {
        let start: Date = start.parse().map_err(|_| corrupt(start))?;
        Ok((start, units.as_u64().ok_or_else(|| corrupt(LATE))?))
    });
    // Nothing is left where all was taken back.
    let late = late.filter(|late| !matches!(late, Ok((_, 0))));
    Ok(Counter {
        used: row.used,
        late: late.collect::<Result<_, TableError>>()?,
        late_billed: row.late_billed,
        closed: row.closed,
        version: Some(row.version),
    })
}
