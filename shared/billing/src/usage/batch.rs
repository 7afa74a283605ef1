//! Usage events on their way into one transaction: each event's row, and one write per counter and day that they share.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Zone;
use table::{Condition, Key, MAX_WRITES, Slot, TableError, TenantScope, Transaction, Write};

use crate::{
    Aggregation, Feature, Placed,
    analytics::usage::UsageSums,
    usage::{
        counter_change::CounterChange,
        counter_row::{CounterRow, DayRow, counter_key, day_key, event_key, seen_in_period, seen_on_day},
        event_row::{CountedAt, SeenValue, USED, UsageEventRow},
        known::KnownRows,
    },
};

/// How many writes the counting of events has: one is left for the event that tells of it.
const MOST_WRITES: usize = MAX_WRITES - 1;

/// An event with the rows that count it.
pub(crate) struct CountedEvent {
    pub(crate) placed: Placed,
    counted: CountedAt,
    event: Write,
    counter: Key,
    day: Key,
    /// Where its value is noted for its period and its day.
    seen: Option<(Key, Key)>,
}

/// Events whose writes fit into one transaction together.
#[derive(Default)]
pub(crate) struct UsageBatch {
    events: Vec<CountedEvent>,
    counters: BTreeMap<Key, CounterChange>,
    days: BTreeMap<Key, DayChange>,
    seen: BTreeMap<Key, Write>,
}

struct DayChange {
    date: String,
    feature: Feature,
    aggregation: Aggregation,
    change: CounterChange,
}

/// An event in a transaction and what decides about it.
pub(crate) struct Recording {
    pub(crate) placed: Placed,
    /// Fails when the event was counted before.
    pub(crate) event: Slot,
    /// Where it is counted.
    pub(crate) counter: Key,
}

/// A transaction of events.
pub(crate) struct Recordings {
    pub(crate) transaction: Transaction,
    pub(crate) events: Vec<Recording>,
    /// The writes that fail when their rows are not as they were known.
    pub(crate) decided: Vec<(Slot, Key)>,
}

impl CountedEvent {
    pub(crate) fn new(scope: TenantScope, placed: Placed) -> Result<Self, TableError> {
        let (event, counted) = (&placed.event, CountedAt::of(&placed));
        let (subscription, feature) = (event.subscription, &event.feature);
        let write = Write::put(event_key(scope, subscription, &event.id), &UsageEventRow::of(&placed))?
            .ttl(placed.remembered_until)
            .when(Condition::NotExists);
        let seen = event.value.as_ref().map(|value| {
            let in_period = seen_in_period(scope, subscription, (placed.period.start, feature, value));
            (in_period, seen_on_day(scope, subscription, (placed.day, feature, value)))
        });
        let counter = counter_key(scope, subscription, counted.start, feature);
        let day = day_key(scope, subscription, placed.day, feature);
        Ok(Self { event: write, counter, day, counted, seen, placed })
    }

    /// The rows that decide how it is counted: none where it is merely added.
    pub(crate) fn decided_by(&self) -> Vec<Key> {
        if self.placed.aggregation.is_additive() {
            return Vec::new();
        }
        let seen = self.seen.clone().into_iter().flat_map(|(in_period, on_day)| [in_period, on_day]);
        [self.counter.clone(), self.day.clone()].into_iter().chain(seen).collect()
    }
}

impl UsageBatch {
    /// Takes an event in; gives it back where the next transaction has room for it.
    ///
    /// # Errors
    /// `Corrupt` when a row does not serialise.
    pub(crate) fn take(
        &mut self,
        counted: CountedEvent,
        known: &KnownRows,
    ) -> Result<Option<CountedEvent>, TableError> {
        let attribute = counted.counted.attribute();
        let is_new = |seen: &Key| !known.is_there(seen);
        let in_period = counted.seen.as_ref().map(|(in_period, _)| in_period).filter(|seen| is_new(seen));
        let on_day = counted.seen.as_ref().map(|(_, on_day)| on_day).filter(|seen| is_new(seen));
        let more: BTreeSet<&Key> =
            in_period.into_iter().chain(on_day).filter(|seen| !self.seen.contains_key(*seen)).collect();
        let new_counter = usize::from(!self.counters.contains_key(&counted.counter));
        let new_day = usize::from(!self.days.contains_key(&counted.day));
        let writes = self.events.len() + self.counters.len() + self.days.len() + self.seen.len();
        if writes + 1 + new_counter + new_day + more.len() > MOST_WRITES {
            return Ok(Some(counted));
        }
        let aggregation = counted.placed.aggregation;
        let change = self.counters.entry(counted.counter.clone()).or_insert_with(|| CounterChange::new(aggregation));
        change.take(&attribute, &counted.placed, &counted.counted, in_period);
        let day = self.days.entry(counted.day.clone()).or_insert_with(|| DayChange {
            date: counted.placed.day.to_string(),
            feature: counted.placed.event.feature.clone(),
            aggregation,
            change: CounterChange::new(aggregation),
        });
        day.change.take(USED, &counted.placed, &counted.counted, on_day);
        for seen in more {
            let row = SeenValue { event: counted.placed.event.id.clone() };
            let write = Write::put(seen.clone(), &row)?.ttl(counted.placed.remembered_until);
            self.seen.insert(seen.clone(), write.when(Condition::NotExists));
        }
        self.events.push(counted);
        Ok(None)
    }

    /// What it counts, by plan, feature and day of the tenant.
    pub(crate) fn sums(&self, zone: &Zone) -> UsageSums {
        UsageSums::of(self.events.iter().map(|counted| &counted.placed), zone)
    }

    pub(crate) fn into_recordings(self, known: &KnownRows) -> Recordings {
        let (mut transaction, mut decided) = (Transaction::new(), Vec::new());
        for (key, change) in self.counters {
            let write = change.of_counter::<CounterRow>(&key, known);
            decided.push((transaction.add(write), key));
        }
        for (key, day) in self.days {
            let Some(write) = day.change.of_day::<DayRow>(&key, known) else { continue };
            let write = write.set("day", day.date).set("feature", day.feature.to_string());
            let write =
                if day.aggregation.is_additive() { write } else { write.set("aggregation", day.aggregation.name()) };
            decided.push((transaction.add(write), key));
        }
        for (key, write) in self.seen {
            decided.push((transaction.add(write), key));
        }
        let mut events = Vec::with_capacity(self.events.len());
        for counted in self.events {
            let event = transaction.add(counted.event);
            events.push(Recording { placed: counted.placed, event, counter: counted.counter });
        }
        Recordings { transaction, events, decided }
    }
}
