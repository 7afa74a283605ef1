//! What somebody did with products, put together.

use std::collections::BTreeMap;

use kernel::{ProductId, Timestamp};

use crate::{Behaviour, BehaviourKind, Why, learn::lesson::MOST_WEIGHT};

/// How many products of somebody's are asked after, those of the last time.
const MOST_ASKED: usize = 200;

/// What somebody did with products.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    items: BTreeMap<ProductId, HistoryItem>,
}

/// What somebody did with a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryItem {
    /// The most that they did.
    pub kind: BehaviourKind,
    /// How much they want it.
    pub weight: u32,
    /// When they last did something with it.
    pub at: Timestamp,
}

impl HistoryItem {
    /// The reason that it is for something else.
    pub const fn why(&self, product: ProductId) -> Why {
        match self.kind {
            BehaviourKind::Purchase => Why::YouBought(product),
            BehaviourKind::AddToCart | BehaviourKind::Wishlist => Why::YouWanted(product),
            BehaviourKind::View => Why::YouViewed(product),
        }
    }
}

impl History {
    /// Of rows, of which what was only looked at before `since` is forgotten.
    pub fn of(rows: &[Behaviour], since: Timestamp) -> Self {
        let mut history = Self::default();
        for event in rows.iter().flat_map(|row| &row.events) {
            if since <= event.at || event.kind == BehaviourKind::Purchase {
                history.add(event.product_id, event.kind, event.at);
            }
        }
        history
    }

    /// With products that were looked at, as the caller says.
    #[must_use]
    pub fn with_viewed(mut self, viewed: &[ProductId], now: Timestamp) -> Self {
        for product in viewed {
            self.add(*product, BehaviourKind::View, now);
        }
        self
    }

    /// Adds something that was done.
    pub fn add(&mut self, product: ProductId, kind: BehaviourKind, at: Timestamp) {
        let item = self.items.entry(product).or_insert(HistoryItem { kind, weight: 0, at });
        item.weight = (item.weight + kind.weight()).min(MOST_WEIGHT);
        item.kind = item.kind.max(kind);
        item.at = item.at.max(at);
    }

    /// All products, and what was done with each.
    pub fn items(&self) -> impl Iterator<Item = (ProductId, HistoryItem)> + '_ {
        self.items.iter().map(|(product, item)| (*product, *item))
    }

    /// The products that are asked after, and how much each is wanted: those of the last time.
    pub fn wants(&self) -> impl Iterator<Item = (ProductId, u32)> + '_ {
        let mut newest: Vec<_> = self.items().map(|(product, item)| (item.at, product, item.weight)).collect();
        newest.sort_unstable_by(|a, b| b.cmp(a));
        newest.truncate(MOST_ASKED);
        // In the order of their ids, so that the same history is summed up in the same order.
        newest.sort_unstable_by_key(|(_, product, _)| *product);
        newest.into_iter().map(|(_, product, weight)| (product, weight))
    }

    /// What they bought.
    pub fn bought(&self) -> impl Iterator<Item = ProductId> + '_ {
        self.items().filter(|(_, item)| item.kind == BehaviourKind::Purchase).map(|(product, _)| product)
    }

    /// What they looked at and did not buy, the last first.
    pub fn viewed(&self) -> Vec<ProductId> {
        let viewed = self.items().filter(|(_, item)| item.kind != BehaviourKind::Purchase);
        let mut viewed: Vec<_> = viewed.map(|(product, item)| (item.at, product)).collect();
        viewed.sort_unstable_by(|a, b| b.cmp(a));
        viewed.into_iter().map(|(_, product)| product).collect()
    }

    /// Whether they did anything with a product.
    pub fn knows(&self, product: ProductId) -> bool {
        self.items.contains_key(&product)
    }

    /// Whether they did nothing.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}
