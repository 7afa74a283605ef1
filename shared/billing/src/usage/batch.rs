//! Usage events on their way into one transaction: each event's row, and one update per counter that they share.

use std::collections::BTreeMap;

use kernel::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use table::{Condition, Key, MAX_WRITES, Record, Slot, TableError, TenantScope, Transaction, Write};

use crate::{
    CountedIn, Feature, Placed, Quantity,
    usage::counter_row::{CounterRow, DayRow, counter_key, day_key, event_key, late_attribute},
};

/// An event with the rows that count it.
pub(crate) struct CountedEvent {
    pub(crate) placed: Placed,
    event: Write,
    counter: Key,
    day: Key,
    counted: Counted,
}

/// An event in a transaction and the places that decide about it.
pub(crate) struct Recording {
    pub(crate) placed: Placed,
    /// Fails when the event was counted before.
    pub(crate) event: Slot,
    /// Fails when the counter is closed.
    pub(crate) counter: Slot,
}

/// Events whose writes fit into one transaction together.
#[derive(Default)]
pub(crate) struct UsageBatch {
    events: Vec<CountedEvent>,
    /// What is added to which attribute of which period's counter.
    counters: BTreeMap<Key, BTreeMap<String, i64>>,
    days: BTreeMap<Key, DayCount>,
}

struct DayCount {
    day: String,
    feature: Feature,
    units: i64,
}

/// An event that was counted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UsageEventRow {
    pub(crate) feature: Feature,
    pub(crate) quantity: Quantity,
    pub(crate) at: Timestamp,
    /// Where it was counted; nothing in older rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) counted: Option<Counted>,
    /// When it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) amended_at: Option<Timestamp>,
}

/// Where an event was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counted {
    /// The first day of the counter.
    pub(crate) start: Date,
    /// The first day of its own period, where that was billed before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) late: Option<Date>,
    /// The day.
    pub(crate) day: Date,
    /// How many units.
    pub(crate) units: u64,
}

impl Counted {
    pub(crate) const fn of(placed: &Placed) -> Self {
        let (start, late) = match placed.counted {
            CountedIn::ItsPeriod => (placed.period.start, None),
            CountedIn::ALaterPeriod(start) => (start, Some(placed.period.start)),
        };
        Self { start, late, day: placed.day, units: placed.units }
    }

    /// The attribute of the counter.
    pub(crate) fn attribute(&self) -> String {
        self.late.map_or_else(|| "used".to_owned(), late_attribute)
    }

    /// Not above 10⁹, so that a transaction's sum fits.
    pub(crate) fn units(&self) -> i64 {
        i64::try_from(self.units).unwrap_or(i64::MAX)
    }
}

impl Record for UsageEventRow {
    const ROWS: &'static [&'static str] = &["USAGE#{subscription} / E#{event}"];
}

impl CountedEvent {
    pub(crate) fn new(scope: TenantScope, placed: Placed) -> Result<Self, TableError> {
        let event = &placed.event;
        let counted = Counted::of(&placed);
        let row = UsageEventRow {
            feature: event.feature.clone(),
            quantity: event.quantity,
            at: placed.at,
            counted: Some(counted),
            amended_at: None,
        };
        let write = Write::put(event_key(scope, event.subscription, &event.id), &row)?
            .ttl(placed.remembered_until)
            .when(Condition::NotExists);
        let counter = counter_key(scope, event.subscription, counted.start, &event.feature);
        let day = day_key(scope, event.subscription, placed.day, &event.feature);
        Ok(Self { event: write, counter, day, counted, placed })
    }
}

impl UsageBatch {
    /// Whether the event still fits.
    pub(crate) fn takes(&self, counted: &CountedEvent) -> bool {
        let new_counter = usize::from(!self.counters.contains_key(&counted.counter));
        let new_day = usize::from(!self.days.contains_key(&counted.day));
        let writes = self.events.len() + self.counters.len() + self.days.len();
        writes + 1 + new_counter + new_day <= MAX_WRITES
    }

    pub(crate) fn add(&mut self, counted: CountedEvent) {
        let units = counted.counted.units();
        let attributes = self.counters.entry(counted.counter.clone()).or_default();
        *attributes.entry(counted.counted.attribute()).or_insert(0) += units;
        let day = self.days.entry(counted.day.clone()).or_insert_with(|| DayCount {
            day: counted.placed.day.to_string(),
            feature: counted.placed.event.feature.clone(),
            units: 0,
        });
        day.units += units;
        self.events.push(counted);
    }

    pub(crate) fn into_transaction(self) -> (Transaction, Vec<Recording>) {
        let mut transaction = Transaction::new();
        let mut slots: BTreeMap<Key, Slot> = BTreeMap::new();
        for (key, attributes) in self.counters {
            let mut write =
                Write::update::<CounterRow>(key.clone()).add("version", 1).when(Condition::Missing("closed"));
            for (attribute, units) in attributes {
                write = write.add(attribute, units);
            }
            slots.insert(key, transaction.add(write));
        }
        for (key, count) in self.days {
            let write = Write::update::<DayRow>(key).set("day", count.day).set("feature", count.feature.to_string());
            transaction.add(write.add("used", count.units));
        }
        let mut recordings = Vec::with_capacity(self.events.len());
        for counted in self.events {
            let event = transaction.add(counted.event);
            let counter = slots.get(&counted.counter).copied().unwrap_or(event);
            recordings.push(Recording { placed: counted.placed, event, counter });
        }
        (transaction, recordings)
    }
}
