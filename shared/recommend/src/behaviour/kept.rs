//! What is kept of somebody's behaviour: so much that it says what they like, and no more.
//!
//! Each shopper has two rows: what they looked at, the newest [`MOST_SEEN`] events of it, and what they bought, the newest of each of
//! [`MOST_BOUGHT`] products. What they bought is kept apart, so that no number of views drives it out.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{ProductId, Timestamp};
use serde::{Deserialize, Serialize};
use table::Record;

use crate::{BehaviourEvent, BehaviourKind, Shopper};

/// How many events of what somebody looked at are kept.
const MOST_SEEN: usize = 200;
/// Of how many products it is kept that somebody bought them.
const MOST_BOUGHT: usize = 1_000;

/// Part of somebody's behaviour, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Behaviour {
    /// Whose.
    pub shopper: Shopper,
    /// What they did, oldest first.
    pub events: Vec<BehaviourEvent>,
    /// When the row was last written.
    pub updated_at: Timestamp,
    /// Raised by every change, from 1; 0 when there is no row.
    pub version: u64,
}

/// What became of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BehaviourTally {
    /// How many are kept now that were not.
    pub accepted: usize,
    /// How many were known before, or were twice among those that came.
    pub duplicates: usize,
}

/// Which of the two rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shelf {
    /// What they looked at.
    Seen,
    /// What they bought.
    Bought,
}

impl Record for Behaviour {
    const ROWS: &'static [&'static str] =
        &["BEHAVIOUR#{shard} / {shopper}#BOUGHT", "BEHAVIOUR#{shard} / {shopper}#SEEN"];
}

impl Shelf {
    /// Both.
    pub(crate) const BOTH: [Self; 2] = [Self::Bought, Self::Seen];

    /// The end of its sort key.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Bought => "BOUGHT",
            Self::Seen => "SEEN",
        }
    }

    /// Where an event of this kind is kept.
    pub(crate) const fn of(kind: BehaviourKind) -> Self {
        match kind {
            BehaviourKind::Purchase => Self::Bought,
            BehaviourKind::View | BehaviourKind::Wishlist | BehaviourKind::AddToCart => Self::Seen,
        }
    }
}

impl Behaviour {
    /// Nothing yet.
    pub(crate) const fn none(shopper: Shopper, now: Timestamp) -> Self {
        Self { shopper, events: Vec::new(), updated_at: now, version: 0 }
    }

    /// With more events, of which those are known that were here before; `None` where nothing changes. What is older than `since`
    /// goes.
    pub(crate) fn with(
        &self,
        shelf: Shelf,
        new: &[BehaviourEvent],
        (since, now): (Timestamp, Timestamp),
    ) -> (Option<Self>, BehaviourTally) {
        let mut tally = BehaviourTally::default();
        let mut ids: BTreeSet<&str> = self.events.iter().map(|event| event.id.as_str()).collect();
        let mut bought = newest(&self.events);
        let mut events = self.events.clone();
        for event in new {
            let is_known = !ids.insert(&event.id)
                || (shelf == Shelf::Bought && bought.get(&event.product_id).is_some_and(|at| event.at <= *at));
            if is_known {
                tally.duplicates += 1;
                continue;
            }
            tally.accepted += 1;
            bought.insert(event.product_id, event.at);
            events.push(event.clone());
        }
        if tally.accepted == 0 {
            return (None, tally);
        }
        events.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        let most = match shelf {
            Shelf::Seen => {
                events.retain(|event| since <= event.at);
                MOST_SEEN
            }
            Shelf::Bought => {
                events.retain(|event| bought.get(&event.product_id) == Some(&event.at));
                let mut once = BTreeSet::new();
                events.retain(|event| once.insert(event.product_id));
                MOST_BOUGHT
            }
        };
        events.drain(..events.len().saturating_sub(most));
        // What is older than all that is kept changes nothing.
        let next = Self { shopper: self.shopper, events, updated_at: now, version: self.version + 1 };
        ((next.events != self.events).then_some(next), tally)
    }
}

/// When each product was last met.
fn newest(events: &[BehaviourEvent]) -> BTreeMap<ProductId, Timestamp> {
    let mut newest = BTreeMap::new();
    for event in events {
        let at = newest.entry(event.product_id).or_insert(event.at);
        *at = event.at.max(*at);
    }
    newest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ulid::Ulid;

    use super::*;

    fn event(kind: BehaviourKind, id: u32, product: u32, at: i64) -> BehaviourEvent {
        let product_id = ProductId::new(Ulid::from(u128::from(product)));
        BehaviourEvent { id: format!("e{id}"), kind, product_id, at: Timestamp::from_millis(at).unwrap() }
    }

    fn none() -> Behaviour {
        let shopper = "vis_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        Behaviour::none(shopper, Timestamp::from_millis(0).unwrap())
    }

    fn with(before: &Behaviour, shelf: Shelf, new: &[BehaviourEvent]) -> (Behaviour, BehaviourTally) {
        let instant = |at| Timestamp::from_millis(at).unwrap();
        let (after, tally) = before.with(shelf, new, (instant(10), instant(1_000)));
        (after.unwrap_or_else(|| before.clone()), tally)
    }

    #[test]
    fn an_event_is_kept_once() {
        let view = event(BehaviourKind::View, 1, 1, 20);
        let (once, tally) = with(&none(), Shelf::Seen, &[view.clone(), view.clone()]);
        assert_eq!((once.events.len(), tally), (1, BehaviourTally { accepted: 1, duplicates: 1 }));
        let (twice, tally) = with(&once, Shelf::Seen, &[view]);
        assert_eq!((twice, tally), (once, BehaviourTally { accepted: 0, duplicates: 1 }));
    }

    #[test]
    fn the_newest_views_are_kept_and_old_ones_go() {
        let views: Vec<_> = (0..300).map(|id| event(BehaviourKind::View, id, 1, i64::from(id))).collect();
        let (kept, tally) = with(&none(), Shelf::Seen, &views);
        assert_eq!((kept.events.len(), kept.events[0].id.as_str(), tally.accepted), (MOST_SEEN, "e100", 300));
        let (later, _) = with(&kept, Shelf::Seen, &[event(BehaviourKind::View, 900, 2, 5)]);
        assert!(later.events.iter().all(|event| event.id != "e900"), "it is older than what is kept");
    }

    #[test]
    fn of_what_was_bought_again_the_last_time_is_kept() {
        let (first, _) = with(&none(), Shelf::Bought, &[event(BehaviourKind::Purchase, 1, 7, 20)]);
        let (second, _) = with(&first, Shelf::Bought, &[event(BehaviourKind::Purchase, 2, 7, 30)]);
        assert_eq!(second.events.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["e2"]);
        // What comes again after it was replaced changes nothing.
        let (third, tally) = with(&second, Shelf::Bought, &[event(BehaviourKind::Purchase, 1, 7, 20)]);
        assert_eq!((third, tally.duplicates), (second, 1));
    }

    proptest! {
        /// Events come in any order and any batches, some again: what is kept is the same, and each counts once.
        #[test]
        fn the_same_events_end_in_the_same_rows(
            ids in proptest::collection::vec((0_u32..60, 0_u32..12), 1..80), split in 0_usize..80, swap: bool,
        ) {
            for (shelf, kind) in [(Shelf::Seen, BehaviourKind::View), (Shelf::Bought, BehaviourKind::Purchase)] {
                let all: Vec<_> = ids.iter().map(|(id, _)| event(kind, *id, id % 7, 20 + i64::from(*id))).collect();
                let (one, tally) = with(&none(), shelf, &all);
                let distinct: BTreeSet<_> = ids.iter().map(|(id, _)| id).collect();
                if shelf == Shelf::Seen {
                    prop_assert_eq!(tally.accepted, distinct.len());
                }
                let (first, second) = all.split_at(split.min(all.len()));
                let (first, second) = if swap { (second, first) } else { (first, second) };
                let (half, _) = with(&none(), shelf, first);
                let (whole, _) = with(&half, shelf, second);
                let (again, tally) = with(&whole, shelf, &all);
                prop_assert_eq!(&whole.events, &one.events);
                prop_assert_eq!(&again.events, &one.events);
                prop_assert_eq!(tally.accepted, 0);
            }
        }
    }
}
