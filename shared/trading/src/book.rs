//! The book of one instrument: levels by price, and within a level first come, first served.

use std::collections::{BTreeMap, VecDeque};

/// Buy or sell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TradeSide {
    Buy,
    Sell,
}

impl TradeSide {
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// 1 for a purchase, -1 for a sale.
    pub const fn sign(self) -> i64 {
        match self {
            Self::Buy => 1,
            Self::Sell => -1,
        }
    }

    /// Whether one who deals on this side with this limit would deal at this price.
    pub const fn accepts(self, limit: i64, price: i64) -> bool {
        match self {
            Self::Buy => price <= limit,
            Self::Sell => price >= limit,
        }
    }
}

/// A quantity that waits at a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resting {
    pub maker: String,
    pub steps: i64,
}

/// A part of an order met with a part of a resting one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookMatch {
    pub maker: String,
    pub price: i64,
    pub steps: i64,
}

/// Bids and asks in steps by price in points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    bids: BTreeMap<i64, VecDeque<Resting>>,
    asks: BTreeMap<i64, VecDeque<Resting>>,
}

impl Book {
    /// The book that one quote tells: what is bid and asked at the best prices.
    pub fn of_quote(bid: i64, ask: i64, steps: i64) -> Self {
        let mut book = Self::default();
        book.add(TradeSide::Buy, bid, Resting { maker: "quote".to_owned(), steps });
        book.add(TradeSide::Sell, ask, Resting { maker: "quote".to_owned(), steps });
        book
    }

    /// Put a quantity last in the queue of its price; nothing of it is matched. No quantity, no change.
    pub fn add(&mut self, side: TradeSide, price: i64, resting: Resting) {
        if resting.steps > 0 {
            self.levels_mut(side).entry(price).or_default().push_back(resting);
        }
    }

    /// The best price at which this side waits.
    pub fn best(&self, side: TradeSide) -> Option<i64> {
        match side {
            TradeSide::Buy => self.bids.last_key_value(),
            TradeSide::Sell => self.asks.first_key_value(),
        }
        .map(|(price, _)| *price)
    }

    /// How many steps one who deals on `side` would get within the limit.
    pub fn available(&self, side: TradeSide, limit: Option<i64>) -> i64 {
        let levels = self.levels(side.opposite());
        let within = levels.iter().filter(|(price, _)| limit.is_none_or(|limit| side.accepts(limit, **price)));
        within.flat_map(|(_, queue)| queue).fold(0_i64, |sum, resting| sum.saturating_add(resting.steps))
    }

    /// The steps that wait at a price.
    pub fn at(&self, side: TradeSide, price: i64) -> i64 {
        let queue = self.levels(side).get(&price);
        queue.into_iter().flatten().fold(0_i64, |sum, resting| sum.saturating_add(resting.steps))
    }

    /// Take up to `steps` of what the other side offers within the limit: best price first, oldest first.
    pub fn take(&mut self, side: TradeSide, limit: Option<i64>, steps: i64) -> Vec<BookMatch> {
        let (mut matches, mut left) = (Vec::new(), steps);
        while left > 0 {
            let Some(price) = self.best(side.opposite()) else { break };
            if limit.is_some_and(|limit| !side.accepts(limit, price)) {
                break;
            }
            let levels = self.levels_mut(side.opposite());
            let Some(queue) = levels.get_mut(&price) else { break };
            while left > 0 {
                let Some(first) = queue.front_mut() else { break };
                let taken = first.steps.min(left);
                left -= taken;
                first.steps -= taken;
                matches.push(BookMatch { maker: first.maker.clone(), price, steps: taken });
                if first.steps == 0 {
                    queue.pop_front();
                }
            }
            if queue.is_empty() {
                levels.remove(&price);
            }
        }
        matches
    }

    const fn levels(&self, side: TradeSide) -> &BTreeMap<i64, VecDeque<Resting>> {
        match side {
            TradeSide::Buy => &self.bids,
            TradeSide::Sell => &self.asks,
        }
    }

    const fn levels_mut(&mut self, side: TradeSide) -> &mut BTreeMap<i64, VecDeque<Resting>> {
        match side {
            TradeSide::Buy => &mut self.bids,
            TradeSide::Sell => &mut self.asks,
        }
    }
}
