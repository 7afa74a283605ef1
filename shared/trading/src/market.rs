//! What can be traded, and for how much.

use crate::{
    account::TradePosition,
    book::{Book, TradeSide},
    instrument::Instrument,
    order::NewOrder,
};
use std::collections::BTreeMap;

/// What can be traded, and what is bid and asked for it now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Market {
    pub instruments: BTreeMap<String, Instrument>,
    pub books: BTreeMap<String, Book>,
}

impl Market {
    /// The price that an order is valued at: its limit, or the best price that it would take.
    pub fn reference(&self, order: &NewOrder) -> Option<i64> {
        let best = || self.books.get(&order.symbol)?.best(order.side.opposite());
        order.kind.limit().or_else(best)
    }

    /// The price at which a position could be closed.
    pub fn closing(&self, position: &TradePosition) -> Option<i64> {
        self.books.get(&position.symbol)?.best(if position.steps > 0 { TradeSide::Buy } else { TradeSide::Sell })
    }
}
