//! How many messages left, arrived, were read or failed, by channel and day.
//!
//! `NOTIFY#STATS#<yyyy-mm>` / `<day>#<channel>#<shard>` is a counter, raised in the transaction that notes what came of a
//! message, so that each is counted once. Days are those of UTC. Sixteen rows share the messages of a day, by their ids: the
//! end of a month writes to all of them at once.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use kernel::{NotificationId, Timestamp, Zone, parse_day};
use serde::{Deserialize, Serialize};
use table::{Query, Record, Table, TableError, TenantScope, Transaction, Write, pages};

use crate::Channel;

/// The most days that are told of at once.
pub const STATS_DAYS_MAX: i64 = 92;

/// A counter row. What failed is counted by its reason too, in attributes of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelCounts {
    /// How many left.
    #[serde(default)]
    pub sent: u64,
    /// How many arrived, where the channel tells.
    #[serde(default)]
    pub delivered: u64,
    /// How many were read, where the channel tells.
    #[serde(default)]
    pub opened: u64,
    /// How many did not leave, or did not arrive.
    #[serde(default)]
    pub failed: u64,
    #[serde(flatten)]
    reasons: BTreeMap<String, u64>,
}

impl Record for ChannelCounts {
    const ROWS: &'static [&'static str] = &["NOTIFY#STATS#{month} / {day}#{channel}#{shard}"];
    const FREE: &'static [&'static str] = &["failed#{reason}"];
}

/// What is counted of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryTally<'a> {
    /// It left.
    Sent,
    /// It arrived.
    Delivered,
    /// It was read.
    Opened,
    /// It did not leave, or did not arrive, for this reason.
    Failed(&'a str),
}

/// What the attributes of reasons begin with.
const REASON: &str = "failed#";
/// The longest reason that is counted by itself, in characters: what is longer is about one message, not about many.
const REASON_MAX: usize = 60;
/// How many rows share a day's messages of a channel.
const SHARDS: u128 = 16;

impl ChannelCounts {
    /// Why messages failed, and how many of them.
    pub fn reasons(&self) -> impl Iterator<Item = (&str, u64)> {
        self.reasons.iter().filter_map(|(name, count)| Some((name.strip_prefix(REASON)?, *count)))
    }

    fn add(&mut self, more: Self) {
        self.sent += more.sent;
        self.delivered += more.delivered;
        self.opened += more.opened;
        self.failed += more.failed;
        for (name, count) in more.reasons {
            *self.reasons.entry(name).or_default() += count;
        }
    }
}

/// The counters of one tenant.
#[derive(Clone, Copy)]
pub struct Stats<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Stats<'a> {
    /// The counters of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// Counts what became of a channel of a notification, each thing once. Nothing is written where nothing is counted.
    pub fn count(
        &self,
        transaction: &mut Transaction,
        at: (NotificationId, Channel),
        counted: &[DeliveryTally<'_>],
        now: Timestamp,
    ) {
        if counted.is_empty() {
            return;
        }
        transaction.add(counted.iter().fold(self.row(at, now), |row, counted| match counted {
            DeliveryTally::Sent => row.add("sent", 1),
            DeliveryTally::Delivered => row.add("delivered", 1),
            DeliveryTally::Opened => row.add("opened", 1),
            DeliveryTally::Failed(reason) => row.add("failed", 1).add(format!("{REASON}{}", named(reason)), 1),
        }));
    }

    /// Counts messages of a list that were read, in the row of one of them.
    pub(crate) fn count_read(&self, transaction: &mut Transaction, one: NotificationId, read: i64, now: Timestamp) {
        transaction.add(self.row((one, Channel::InApp), now).add("opened", read));
    }

    fn row(&self, (id, channel): (NotificationId, Channel), now: Timestamp) -> Write {
        let day = now.date_in(&Zone::utc());
        let shard = id.ulid().0 % SHARDS;
        let partition = format!("NOTIFY#STATS#{}", month(day));
        Write::update::<ChannelCounts>(self.scope.key(partition, format_args!("{day}#{}#{shard:02}", channel.as_str())))
    }

    /// What was counted from the first to the last of these days, both included, by day and channel. One round trip for each
    /// month.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` when a row is not where such rows are.
    pub async fn of(&self, from: Date, to: Date) -> Result<BTreeMap<(Date, Channel), ChannelCounts>, TableError> {
        let mut all: BTreeMap<(Date, Channel), ChannelCounts> = BTreeMap::new();
        let mut first = from.first_of_month();
        while first <= to {
            let partition = self.scope.partition(format_args!("NOTIFY#STATS#{}", month(first)));
            // `$` comes behind `#`, so that the last day is with it.
            let rows = Query::partition(partition).between(from.to_string(), format!("{to}$"));
            let mut walk = pages::Walk::new(self.table, rows);
            while let Some(rows) = walk.next().await? {
                for row in rows {
                    let place = place(&row)?;
                    all.entry(place).or_default().add(table::from_item(row)?);
                }
            }
            first = first.checked_add(1.month()).map_err(|error| TableError::Corrupt(error.to_string()))?;
        }
        Ok(all)
    }
}

fn month(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

fn place(row: &table::Item) -> Result<(Date, Channel), TableError> {
    let sort = row.get("SK").and_then(serde_json::Value::as_str).unwrap_or_default();
    let mut parts = sort.split('#');
    let day = parts.next().and_then(parse_day);
    let channel = parts.next().and_then(|channel| serde_json::from_value(channel.into()).ok());
    day.zip(channel).ok_or_else(|| TableError::Corrupt(format!("a counter at {sort}")))
}

/// The reason as it is counted: a short one by itself.
fn named(reason: &str) -> &str {
    let is_plain = reason.bytes().all(|b| b.is_ascii_graphic() || b == b' ') && !reason.is_empty();
    if is_plain && reason.len() <= REASON_MAX { reason } else { "other" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_counted_by_itself_when_it_is_short_and_plain() {
        assert_eq!(named("the account is closed"), "the account is closed");
        for odd in ["", "a\nb", "é", &"x".repeat(61)] {
            assert_eq!(named(odd), "other");
        }
    }

    #[test]
    fn counters_add_up() {
        let of = |sent, reason: &str| ChannelCounts {
            sent,
            failed: 1,
            reasons: BTreeMap::from([(format!("failed#{reason}"), 1)]),
            ..ChannelCounts::default()
        };
        let mut sum = of(1, "a");
        sum.add(of(2, "a"));
        sum.add(of(0, "b"));
        assert_eq!((sum.sent, sum.failed, sum.reasons().collect::<Vec<_>>()), (3, 3, vec![("a", 2), ("b", 1)]));
    }
}
