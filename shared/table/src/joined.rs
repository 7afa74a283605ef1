//! One transaction made of several that were written apart.

use std::collections::BTreeMap;

use crate::{Cancelled, Change, Key, MAX_WRITES, Slot, Transaction, Write, WriteAction};

/// Where the writes of a transaction are in the one that it was joined to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined(Vec<usize>);

impl Transaction {
    /// Adds the writes of another transaction, all or none: none when there would be more than [`MAX_WRITES`], or two writes
    /// of one row. Two that do nothing but add to its numbers become one, which adds both.
    pub fn join(&mut self, other: &Self) -> Option<Joined> {
        let at: BTreeMap<&Key, usize> = self.writes.iter().enumerate().map(|(at, write)| (&write.key, at)).collect();
        let (mut places, mut new) = (Vec::with_capacity(other.len()), 0);
        for write in &other.writes {
            match at.get(&write.key) {
                Some(place) if self.writes.get(*place).is_some_and(only_adds) && only_adds(write) => {
                    places.push(*place);
                }
                Some(_) => return None,
                None => {
                    places.push(self.len() + new);
                    new += 1;
                }
            }
        }
        if self.len() + new > MAX_WRITES {
            return None;
        }
        for (write, place) in other.writes.iter().zip(&places) {
            match self.writes.get_mut(*place) {
                Some(there) => add_up(there, write),
                None => self.writes.push(write.clone()),
            }
        }
        Some(Joined(places))
    }
}

impl Cancelled {
    /// As it looks to a transaction that was joined to the one that was cancelled; none when none of its writes failed.
    pub fn of(&self, joined: &Joined) -> Option<Self> {
        let failures = joined.0.iter().enumerate();
        let failures = failures.filter_map(|(own, place)| Some((own, self.failed(Slot(*place))?.clone())));
        Some(Self { failures: failures.collect() }).filter(|own| !own.failures.is_empty())
    }
}

fn only_adds(write: &Write) -> bool {
    let adds = |change: &Change| matches!(change, Change::Add(..));
    let updates = matches!(&write.action, WriteAction::Update(changes) if changes.iter().all(adds));
    updates && write.conditions.is_empty()
}

/// Adds to the additions of one write those of another: the store takes one change of an attribute.
fn add_up(there: &mut Write, more: &Write) {
    let (WriteAction::Update(sums), WriteAction::Update(more)) = (&mut there.action, &more.action) else { return };
    for change in more {
        let Change::Add(name, amount) = change else { continue };
        let same = sums.iter_mut().find_map(|sum| match sum {
            Change::Add(known, sum) if known == name => Some(sum),
            Change::Add(..) | Change::Set(..) | Change::SetIfMissing(..) | Change::Remove(_) => None,
        });
        match same {
            Some(sum) => *sum = sum.saturating_add(*amount),
            None => sums.push(change.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Condition, Failed, Record, TenantScope};

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Row {}

    impl Record for Row {
        const ROWS: &'static [&'static str] = &["ROW#{name} / ROW"];
    }

    fn key(name: &str) -> Key {
        let tenant = "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        TenantScope::new(tenant).key(format_args!("ROW#{name}"), "ROW")
    }

    fn put(name: &str) -> Write {
        Write::put(key(name), &Row {}).unwrap().when(Condition::NotExists)
    }

    fn add(name: &str, attribute: &str, amount: i64) -> Write {
        Write::update::<Row>(key(name)).add(attribute, amount)
    }

    fn transaction(writes: impl IntoIterator<Item = Write>) -> Transaction {
        Transaction { writes: writes.into_iter().collect() }
    }

    #[test]
    fn what_only_adds_to_a_row_is_added_up() {
        let mut both = transaction([put("a"), add("sum", "invoiced", 1), add("other", "n", 5)]);
        let joined = both.join(&transaction([add("sum", "invoiced", 1).add("failed", -1), put("b")])).unwrap();
        assert_eq!(joined, Joined(vec![1, 3]));
        let summed = add("sum", "invoiced", 2).add("failed", -1);
        assert_eq!(both.writes, [put("a"), summed, add("other", "n", 5), put("b")]);
    }

    #[test]
    fn two_writes_of_a_row_are_not_joined_and_nothing_is_added() {
        let mine = transaction([put("a"), add("sum", "n", 1)]);
        let guarded = add("sum", "n", 1).when(Condition::AtLeast("n", 1));
        for other in [put("a"), guarded, add("sum", "n", 1).set("name", "x"), Write::delete(key("sum"))] {
            let mut both = mine.clone();
            assert_eq!(both.join(&transaction([put("c"), other])), None);
            assert_eq!(both.writes, mine.writes);
        }
    }

    #[test]
    fn no_more_than_a_transaction_holds_is_joined() {
        let mut both = transaction((0..99).map(|n| put(&format!("a{n}"))));
        assert_eq!(both.join(&transaction([put("b"), put("c")])), None);
        assert!(both.join(&transaction([put("b")])).is_some());
        assert_eq!(both.len(), MAX_WRITES);
    }

    #[test]
    fn each_learns_what_failed_of_its_own() {
        let mut both = transaction([put("a"), put("b")]);
        let joined = both.join(&transaction([put("c"), put("d")])).unwrap();
        let cancelled = |places: &[usize]| Cancelled {
            failures: places.iter().map(|place| (*place, Failed { current: None })).collect(),
        };
        assert!(cancelled(&[1]).of(&joined).is_none());
        let own = cancelled(&[0, 3]).of(&joined).unwrap();
        assert_eq!((own.failed(Slot(0)), own.failed(Slot(1))), (None, Some(&Failed { current: None })));
    }
}
