//! What is learnt from: who did what with which product, and when, by numbers.

use std::collections::BTreeSet;

use kernel::{ProductId, Timestamp};

use crate::{Behaviour, BehaviourKind, Shopper, learn::csr::Csr};

/// From how many events is learnt at most: each takes some fifty bytes while they are read.
pub const MOST_EVENTS: usize = 1_000_000;
/// How much one person's wish for one product counts at most, however often they looked at it.
pub(crate) const MOST_WEIGHT: u32 = 10;

/// Behaviour that is being read.
#[derive(Clone, Debug, Default)]
pub struct LessonBook {
    events: Vec<(Shopper, ProductId, Timestamp, BehaviourKind)>,
}

/// Something that somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LessonEvent {
    pub(crate) shopper: u32,
    pub(crate) product: u32,
    pub(crate) at: Timestamp,
    pub(crate) kind: BehaviourKind,
}

/// What is learnt from. The same behaviour is the same lesson, in whatever order it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// The products that somebody did something with, in the order of their ids.
    pub products: Vec<ProductId>,
    /// How many people.
    pub shoppers: usize,
    /// By shopper, product and instant.
    pub(crate) events: Vec<LessonEvent>,
}

impl LessonBook {
    /// Adds what somebody did since an instant; whether there is room for more.
    pub fn add(&mut self, row: &Behaviour, since: Timestamp) -> bool {
        let recent = row.events.iter().filter(|event| since <= event.at);
        self.events.extend(recent.map(|event| (row.shopper, event.product_id, event.at, event.kind)));
        self.events.len() < MOST_EVENTS
    }

    /// The lesson, in the one order.
    pub fn closed(mut self) -> Lesson {
        self.events.sort_unstable();
        self.events.truncate(MOST_EVENTS);
        let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        let products: BTreeSet<ProductId> = self.events.iter().map(|(_, product, ..)| *product).collect();
        let products: Vec<ProductId> = products.into_iter().collect();
        let (mut last, mut shoppers) = (None, 0_usize);
        let mut events = Vec::with_capacity(self.events.len());
        for (shopper, product, at, kind) in self.events {
            if last != Some(shopper) {
                (last, shoppers) = (Some(shopper), shoppers + 1);
            }
            let product = number(products.binary_search(&product).unwrap_or_default());
            events.push(LessonEvent { shopper: number(shoppers - 1), product, at, kind });
        }
        Lesson { products, shoppers, events }
    }
}

impl Lesson {
    /// How many people want each product how much, by those events that `wanted` takes: a row for each shopper.
    pub(crate) fn wishes(&self, wanted: impl Fn(&LessonEvent) -> bool) -> Csr {
        let mut triples: Vec<(u32, u32, u32)> = Vec::new();
        for event in self.events.iter().filter(|event| wanted(event)) {
            let weight = event.kind.weight();
            match triples.last_mut() {
                Some((shopper, product, sum)) if (*shopper, *product) == (event.shopper, event.product) => {
                    *sum = (*sum + weight).min(MOST_WEIGHT);
                }
                Some(_) | None => triples.push((event.shopper, event.product, weight)),
            }
        }
        let triples = triples.into_iter().map(|(shopper, product, weight)| (shopper, product, f64::from(weight)));
        Csr::of(self.shoppers, self.products.len(), triples)
    }

    /// Which products were bought together: a row for each purchase, of one person at one instant.
    pub(crate) fn baskets(&self) -> Csr {
        let purchases = self.events.iter().filter(|event| event.kind == BehaviourKind::Purchase);
        let mut bought: Vec<(u32, Timestamp, u32)> =
            purchases.map(|event| (event.shopper, event.at, event.product)).collect();
        bought.sort_unstable();
        bought.dedup();
        let (mut last, mut baskets, mut triples) = (None, 0_u32, Vec::new());
        for (shopper, at, product) in bought {
            if last != Some((shopper, at)) {
                (last, baskets) = (Some((shopper, at)), baskets + 1);
            }
            triples.push((baskets - 1, product, 1.0));
        }
        Csr::of(baskets as usize, self.products.len(), triples)
    }
}
