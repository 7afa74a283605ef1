//! What events of one feature do together to the row of a counter, or of a day.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use table::{Condition, Key, Record, Write};

use crate::{
    Aggregation, Placed,
    usage::{
        event_row::{CountedAt, USED},
        known::{KnownRows, largest},
    },
};

/// By attribute, for the units of the row's own time and late ones are counted apart.
#[derive(Debug)]
pub(crate) enum CounterChange {
    /// Units are added.
    Add(BTreeMap<String, i64>),
    /// The largest or latest counts.
    Top(BTreeMap<String, Top>),
    /// Values are noted, at these places.
    Seen(BTreeMap<String, BTreeSet<Key>>),
}

/// A quantity and by what it is the largest or the latest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Top {
    rank: String,
    units: u64,
}

impl CounterChange {
    /// None yet, of a meter that counts so.
    pub(crate) const fn new(aggregation: Aggregation) -> Self {
        match aggregation {
            Aggregation::Count | Aggregation::Sum => Self::Add(BTreeMap::new()),
            Aggregation::Max | Aggregation::Latest => Self::Top(BTreeMap::new()),
            Aggregation::Unique => Self::Seen(BTreeMap::new()),
        }
    }

    /// One event more. `seen` is where its value is noted, if it has one that was not seen before.
    pub(crate) fn take(&mut self, attribute: &str, placed: &Placed, counted: &CountedAt, seen: Option<&Key>) {
        let attribute = attribute.to_owned();
        match self {
            Self::Add(units) => *units.entry(attribute).or_insert(0) += counted.units(),
            Self::Top(tops) => {
                let top = Top::of(placed);
                let highest = tops.entry(attribute).or_insert_with(|| top.clone());
                if top > *highest {
                    *highest = top;
                }
            }
            Self::Seen(values) => values.entry(attribute).or_default().extend(seen.cloned()),
        }
    }

    /// The changes of a row as it is known; `None` where it stays as it is.
    fn of<R: Record>(&self, key: &Key, known: &KnownRows) -> Option<Write> {
        let write = Write::update::<R>(key.clone());
        match self {
            Self::Add(units) => {
                let add = |write: Write, (attribute, units): (&String, &i64)| write.add(attribute.clone(), *units);
                Some(units.iter().fold(write, add))
            }
            Self::Top(tops) => {
                let known_top = |attribute: &str| known.top(key, attribute);
                let mut higher = tops
                    .iter()
                    .filter(|(attribute, top)| known_top(attribute).is_none_or(|known| top.rank > known))
                    .peekable();
                higher.peek()?;
                Some(higher.fold(write, |write, (attribute, top)| {
                    let write = if attribute == USED { write.set("top", top.rank.clone()) } else { write };
                    write.set(attribute.clone(), top.units)
                }))
            }
            Self::Seen(values) => {
                let mut new = values.iter().filter(|(_, values)| !values.is_empty()).peekable();
                new.peek()?;
                let signed = |values: &BTreeSet<Key>| i64::try_from(values.len()).unwrap_or(i64::MAX);
                Some(new.fold(write, |write, (attribute, values)| write.add(attribute.clone(), signed(values))))
            }
        }
    }

    /// The write of a counter, which a closed one refuses.
    pub(crate) fn of_counter<R: Record>(&self, key: &Key, known: &KnownRows) -> Write {
        let Some(write) = self.of::<R>(key, known) else {
            return Write::check(key.clone()).when(Condition::Missing("closed"));
        };
        let write = write.add("version", 1).when(Condition::Missing("closed"));
        match self {
            Self::Add(_) | Self::Seen(_) => write,
            // What is the largest, or the latest, was decided by the row as it is known.
            Self::Top(_) => write.when(match known.number(key, "version") {
                Some(version) => Condition::VersionIs(version),
                None => Condition::NotExists,
            }),
        }
    }

    /// The write of a day; `None` where it stays as it is.
    pub(crate) fn of_day<R: Record>(&self, key: &Key, known: &KnownRows) -> Option<Write> {
        let write = self.of::<R>(key, known)?;
        Some(match self {
            Self::Add(_) | Self::Seen(_) => write,
            Self::Top(_) => write.when(Condition::Equals("top", json!(known.top(key, USED)))),
        })
    }
}

impl Top {
    fn of(placed: &Placed) -> Self {
        let rank = match placed.aggregation {
            Aggregation::Latest => format!("{}#{}", placed.at, placed.event.id),
            Aggregation::Count | Aggregation::Sum | Aggregation::Max | Aggregation::Unique => largest(placed.units),
        };
        Self { rank, units: placed.units }
    }
}
