//! What one delivery of log lines adds to which counters, in pieces that are written whole or not at all. Pure.
//!
//! The log delivers at least once. A delivery is named by its lines' ids, so that the same one again has the same name
//! and falls into the same pieces, in whatever order its lines come. Each piece writes its name beside its counters.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Date, TenantId, Timestamp, Zone};
use table::MAX_WRITES;

use crate::{By, Call, Group, Route, Tally};

/// How many writes a piece leaves room for that others make beside its counters.
pub const BESIDE: usize = 4;

/// How many counters a piece has at most: its name takes a place among the writes too.
const MAX_COUNTERS: usize = MAX_WRITES - 1 - BESIDE;

/// Over how many rows the counters of all tenants are spread: every delivery writes one of them.
pub(crate) const SHARDS: u8 = 8;

/// Whose counters a piece has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CounterOwner {
    /// Those of all tenants together.
    Platform,
    /// Those of one tenant.
    Tenant(TenantId),
}

/// One counter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CallCounter {
    /// A tenant's calls of a day. Days are those of UTC.
    Day(Date),
    /// A tenant's calls of a route on a day.
    Route(Date, Route),
    /// A tenant's calls by one caller on a day.
    By(Date, By),
    /// All calls ever of a route with one class of status.
    Total {
        /// The group that serves the route.
        group: Group,
        /// The route.
        route: Route,
        /// The hundreds of the status.
        class: u16,
    },
    /// All calls of a group within a minute.
    Minute {
        /// The group.
        group: Group,
        /// The minute's first instant.
        minute: Timestamp,
    },
}

/// A delivery, added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDelivery {
    name: String,
    shard: u8,
    sums: BTreeMap<CounterOwner, BTreeMap<CallCounter, Tally>>,
}

/// A piece of a delivery: counters of one owner, written in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Whose counters.
    pub owner: CounterOwner,
    /// The name of the delivery.
    pub delivery: String,
    /// Which piece of this owner's counters, from 0.
    pub number: usize,
    /// Which of the rows that counters of all tenants are spread over.
    pub shard: u8,
    /// What is added.
    pub sums: Vec<(CallCounter, Tally)>,
}

impl LogDelivery {
    /// Adds up the calls of a delivery, each under the id of its line; `ids` are those of all lines, also of those that
    /// tell of no call. A line that stands twice in it counts once.
    pub fn new<'a>(ids: impl IntoIterator<Item = &'a str>, calls: impl IntoIterator<Item = (&'a str, Call)>) -> Self {
        let (name, shard) = name(&ids.into_iter().collect());
        let mut sums: BTreeMap<CounterOwner, BTreeMap<CallCounter, Tally>> = BTreeMap::new();
        let calls: BTreeMap<&str, Call> = calls.into_iter().collect();
        for call in calls.into_values() {
            for (owner, counter) in counters(&call) {
                sums.entry(owner).or_default().entry(counter).or_default().add(Tally::of(&call));
            }
        }
        Self { name, shard, sums }
    }

    /// The pieces.
    pub fn chunks(&self) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        for (owner, sums) in &self.sums {
            let sums: Vec<(CallCounter, Tally)> =
                sums.iter().map(|(counter, tally)| (counter.clone(), *tally)).collect();
            for (number, sums) in sums.chunks(MAX_COUNTERS).enumerate() {
                chunks.push(Chunk {
                    owner: *owner,
                    delivery: self.name.clone(),
                    number,
                    shard: self.shard,
                    sums: sums.to_vec(),
                });
            }
        }
        chunks
    }
}

/// The counters that a call is added to.
fn counters(call: &Call) -> Vec<(CounterOwner, CallCounter)> {
    let total = CallCounter::Total { group: call.group.clone(), route: call.route.clone(), class: call.class() };
    let minute = CallCounter::Minute { group: call.group.clone(), minute: minute_of(call.at) };
    let mut counters = vec![(CounterOwner::Platform, total), (CounterOwner::Platform, minute)];
    if let Some(tenant) = call.tenant {
        let (owner, day) = (CounterOwner::Tenant(tenant), call.at.date_in(&Zone::utc()));
        counters.push((owner, CallCounter::Day(day)));
        counters.push((owner, CallCounter::Route(day, call.route.clone())));
        counters.push((owner, CallCounter::By(day, call.by)));
    }
    counters
}

pub(crate) fn minute_of(at: Timestamp) -> Timestamp {
    const MINUTE: i64 = 60_000;
    Timestamp::from_millis(at.as_millis() / MINUTE * MINUTE).unwrap_or(at)
}

/// A delivery's name, and the shard that it writes to.
fn name(ids: &BTreeSet<&str>) -> (String, u8) {
    let mut hash = digest::Context::new(&digest::SHA256);
    for id in ids {
        hash.update(id.as_bytes());
        hash.update(b"\n");
    }
    let hash = hash.finish();
    (URL_SAFE_NO_PAD.encode(hash), hash.as_ref().first().map_or(0, |byte| byte % SHARDS))
}

#[cfg(test)]
mod tests {
    use kernel::UserId;
    use ulid::Ulid;

    use super::*;

    fn call(at: &str, path: &str, status: u16, user: Option<u128>) -> Call {
        let user = user.map_or_else(String::new, |user| {
            format!(r#""tenant.id":"{}","user.id":"{}","#, TenantId::new(Ulid(7)), UserId::new(Ulid(user)))
        });
        let line = format!(
            r#"{{"at":"{at}","group":"identity","http.method":"GET","http.route":"{path}","http.status":{status},{user}
            "duration_us":1000,"bytes":10,"target":"ruko::call"}}"#
        );
        Call::read(&line).unwrap().unwrap()
    }

    fn delivery(lines: &[(&str, Call)]) -> LogDelivery {
        LogDelivery::new(lines.iter().map(|(id, _)| *id), lines.iter().cloned())
    }

    const NOON: &str = "2026-11-21T12:00:30Z";

    #[test]
    fn a_call_counts_for_its_tenant_and_for_all() {
        let lines = [
            ("1", call(NOON, "/a", 200, Some(1))),
            ("2", call(NOON, "/a", 503, Some(1))),
            ("3", call(NOON, "/b", 404, Some(2))),
            ("4", call(NOON, "/b", 401, None)),
        ];
        let sums = delivery(&lines).sums;
        let tenant = &sums[&CounterOwner::Tenant(TenantId::new(Ulid(7)))];
        let day: Date = "2026-11-21".parse().unwrap();
        let all = Tally { calls: 3, free: 0, errors: 2, failures: 1, micros: 3000, bytes: 30 };
        assert_eq!(tenant[&CallCounter::Day(day)], all);
        let two = Tally { calls: 2, free: 0, errors: 1, failures: 1, micros: 2000, bytes: 20 };
        assert_eq!(tenant[&CallCounter::Route(day, lines[0].1.route.clone())], two);
        assert_eq!(tenant[&CallCounter::By(day, lines[0].1.by)], two);
        assert_eq!(tenant.len(), 5);
        let platform = &sums[&CounterOwner::Platform];
        let minute =
            CallCounter::Minute { group: "identity".parse().unwrap(), minute: "2026-11-21T12:00:00Z".parse().unwrap() };
        assert_eq!((platform[&minute].calls, platform[&minute].failures), (4, 1));
        let classes = platform.keys().filter(|counter| matches!(counter, CallCounter::Total { .. }));
        assert_eq!(classes.count(), 3, "2xx and 5xx of one route, 4xx of the other");
    }

    #[test]
    fn order_and_repetition_within_a_delivery_change_nothing() {
        let [a, b, c] = [1, 2, 3].map(|user| call(NOON, "/a", 200, Some(user)));
        let one = delivery(&[("1", a.clone()), ("2", b.clone()), ("3", c.clone())]);
        assert_eq!(one, delivery(&[("3", c.clone()), ("1", a.clone()), ("2", b.clone()), ("1", a.clone())]));
        assert_ne!(one.name, delivery(&[("1", a.clone()), ("2", b)]).name);
        assert_ne!(delivery(&[("12", a.clone()), ("3", c.clone())]).name, delivery(&[("1", a), ("23", c)]).name);
    }

    #[test]
    fn midnight_in_utc_ends_a_day() {
        let before = call("2026-11-21T23:59:59.999Z", "/a", 200, Some(1));
        let after = call("2026-11-22T00:00:00.000Z", "/a", 200, Some(1));
        let sums = delivery(&[("1", before), ("2", after)]).sums;
        let days: Vec<String> = sums[&CounterOwner::Tenant(TenantId::new(Ulid(7)))]
            .keys()
            .filter_map(|counter| if let CallCounter::Day(day) = counter { Some(day.to_string()) } else { None })
            .collect();
        assert_eq!(days, ["2026-11-21", "2026-11-22"]);
    }

    #[test]
    fn ten_thousand_lines_fall_into_pieces_that_fit() {
        let ids: Vec<String> = (0..10_000).map(|number| format!("{number:05}")).collect();
        let lines: Vec<(&str, Call)> = ids
            .iter()
            .zip(0_u128..)
            .map(|(id, number)| (id.as_str(), call(NOON, "/a", 200, Some(number % 250))))
            .collect();
        let chunks = delivery(&lines).chunks();
        assert!(chunks.iter().all(|chunk| chunk.sums.len() < MAX_WRITES));
        let numbers: Vec<usize> =
            chunks.iter().filter(|chunk| chunk.owner != CounterOwner::Platform).map(|chunk| chunk.number).collect();
        assert_eq!(numbers, [0, 1, 2]);
        let calls = |wanted: fn(&CallCounter) -> bool| -> u64 {
            let sums = chunks.iter().flat_map(|chunk| &chunk.sums);
            sums.filter(|(counter, _)| wanted(counter)).map(|(_, tally)| tally.calls).sum()
        };
        for wanted in [
            (|counter| matches!(counter, CallCounter::Day(_))) as fn(&CallCounter) -> bool,
            |counter| matches!(counter, CallCounter::Route(..)),
            |counter| matches!(counter, CallCounter::By(..)),
            |counter| matches!(counter, CallCounter::Total { .. }),
            |counter| matches!(counter, CallCounter::Minute { .. }),
        ] {
            assert_eq!(calls(wanted), 10_000);
        }
    }

    #[test]
    fn nothing_counted_is_nothing_written() {
        assert_eq!(LogDelivery::new(["1"], []).chunks(), []);
    }
}
