//! Where counters are kept, and how a piece of a delivery is added to them once.
//!
//! | Partition | Sort key | What | Kept after its day |
//! |---|---|---|---|
//! | `CALLS#DAY` | `<day>` | a tenant's day | 400 days |
//! | `CALLS#ROUTE` | `<day>#<route>` | a tenant's route on a day | 400 days |
//! | `CALLS#USER` | `<day>#<caller>` | a tenant's caller on a day | 100 days |
//! | `CALLS#TOTAL#<shard>` | `<group>#<class>#<route>` | all calls of a route; the platform's | 400 days after the last call |
//! | `CALLS#MINUTE#<group>` | `<minute>#<shard>` | all calls of a group's minute; the platform's | 8 days |
//! | `CALLS#SEEN#<delivery>` | `<owner>#<number>` | that a piece was added | 30 days |
//!
//! A tenant's rows are written once per delivery that has calls of it, which its rate limits bound; there are as many as
//! it has routes and callers a day. The platform's rows are written by every delivery, hence their shards.

use jiff::SignedDuration;
use kernel::{Date, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use table::{Condition, Key, OperatorScope, Record, Table, TableError, TenantScope, TransactError, Transaction, Write};

use crate::{
    CallCounter, Chunk, CounterOwner, Tally,
    partitions::{DAY, ROUTE, USER, minute_partition, total_partition},
    platform_calls::{MinuteRow, TotalRow},
    tenant_calls::DayCalls,
};

/// What became of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowEffect {
    /// It was added now.
    Counted,
    /// It had been added before.
    Repeated,
}

/// That a piece of a delivery was added.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SeenChunk {
    at: Timestamp,
}

impl Record for SeenChunk {
    const ROWS: &'static [&'static str] = &["CALLS#SEEN#{delivery} / {owner}#{number}"];
}

const YEAR_AND_MORE: SignedDuration = SignedDuration::from_hours(400 * 24);
/// Longer than the longest range that is asked for.
const CALLERS_KEPT: SignedDuration = SignedDuration::from_hours(100 * 24);
const MINUTES_KEPT: SignedDuration = SignedDuration::from_hours(8 * 24);
/// Longer than a dead letter is kept, which may be delivered again by hand.
const SEEN_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Adds a piece of a delivery to its counters, and what `beside` adds to the transaction, at most [`crate::BESIDE`] writes, unless it
/// was added before. One round trip.
///
/// # Errors
/// Those of the table; nothing is added then, or all of it.
pub async fn record(
    table: &dyn Table,
    chunk: &Chunk,
    beside: impl FnOnce(&mut Transaction),
    now: Timestamp,
) -> Result<RowEffect, TableError> {
    let scope = match chunk.owner {
        CounterOwner::Platform => OperatorScope::assume("calls over all tenants are the platform's").platform(),
        CounterOwner::Tenant(tenant) => TenantScope::new(tenant),
    };
    let mut transaction = Transaction::new();
    let seen = Write::update::<SeenChunk>(seen_key(scope, chunk)).set("at", now.to_string()).ttl(now.plus(SEEN_KEPT));
    let seen = transaction.add(seen.when(Condition::NotExists));
    for (counter, tally) in &chunk.sums {
        transaction.add(addition(scope, counter, *tally, chunk.shard, now));
    }
    beside(&mut transaction);
    match table.transact(transaction).await {
        Ok(()) => Ok(RowEffect::Counted),
        Err(TransactError::Cancelled(cancelled)) if cancelled.failed(seen).is_some() => Ok(RowEffect::Repeated),
        Err(TransactError::Cancelled(cancelled)) => Err(TableError::Refused(cancelled.to_string())),
        Err(TransactError::Table(error)) => Err(error),
    }
}

/// The platform is a tenant too: its own calls and those of all tenants are different pieces of one delivery.
fn seen_key(scope: TenantScope, chunk: &Chunk) -> Key {
    let owner = match chunk.owner {
        CounterOwner::Platform => "all",
        CounterOwner::Tenant(_) => "own",
    };
    scope.key(format_args!("CALLS#SEEN#{}", chunk.delivery), format_args!("{owner}#{}", chunk.number))
}

/// The write of one counter; those of all tenants are in a shard and are kept from now on.
fn addition(scope: TenantScope, counter: &CallCounter, tally: Tally, shard: u8, now: Timestamp) -> Write {
    let of_day = |partition: &str, day: Date, key: &dyn std::fmt::Display, kept| {
        let row =
            Write::update::<DayCalls>(scope.key(partition, format_args!("{day}#{key}"))).set("key", key.to_string());
        row.ttl(start_of(day).plus(kept))
    };
    let row = match counter {
        CallCounter::Day(day) => Write::update::<DayCalls>(scope.key(DAY, day))
            .set("key", day.to_string())
            .ttl(start_of(*day).plus(YEAR_AND_MORE)),
        CallCounter::Route(day, route) => of_day(ROUTE, *day, route, YEAR_AND_MORE),
        CallCounter::By(day, by) => of_day(USER, *day, by, CALLERS_KEPT),
        CallCounter::Total { group, route, class } => {
            let sort = format!("{}#{class}xx#{route}", group.as_str());
            Write::update::<TotalRow>(scope.key(total_partition(shard), sort))
                .set("group", group.as_str())
                .set("route", route.as_str())
                .set("class", *class)
                .ttl(now.plus(YEAR_AND_MORE))
        }
        CallCounter::Minute { group, minute } => {
            Write::update::<MinuteRow>(scope.key(minute_partition(group.as_str()), format_args!("{minute}#{shard}")))
                .set("minute", minute.to_string())
                .ttl(minute.plus(MINUTES_KEPT))
        }
    };
    let amounts = [
        ("calls", tally.calls),
        ("free", tally.free),
        ("errors", tally.errors),
        ("failures", tally.failures),
        ("micros", tally.micros),
        ("bytes", tally.bytes),
    ];
    amounts
        .into_iter()
        .filter(|(_, amount)| *amount > 0)
        .fold(row, |row, (name, amount)| row.add(name, i64::try_from(amount).unwrap_or(i64::MAX)))
}

fn start_of(day: Date) -> Timestamp {
    // A day of an instant that we keep is one that we keep.
    Zone::utc().start_of(day).unwrap_or_else(|_| Timestamp::from(jiff::Timestamp::UNIX_EPOCH))
}
