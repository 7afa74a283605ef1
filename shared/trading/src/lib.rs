//! A pure trading engine.
//!
//! [`handle`] takes an account, a market and a command and answers with events; [`apply`] folds one event into the account, and
//! `handle` changes it in no other way: so the events are the truth, and a snapshot at any of them continues to the same state.
//! Prices are points, quantities lot steps, money minor units: integers all. Time is milliseconds since 1970 and is handed in.

mod account;
mod book;
mod denial;
mod engine;
mod instrument;
mod market;
mod order;
mod risk;
#[cfg(test)]
mod tests;

pub use account::{
    Broken, Fill, PositionMode, RiskLimits, Settings, TradeEvent, TradePosition, TradingAccount, TradingState, apply,
};
pub use book::{Book, BookMatch, Resting, TradeSide};
pub use denial::{Denial, DenialCode};
pub use engine::{EngineAnswer, TradeCommand, handle};
pub use instrument::{FeeTier, Instrument, Liquidity, MOST_POINTS, MOST_STEPS, Scale, TooLarge};
pub use market::Market;
pub use order::{NewOrder, OrderKind, OrderState, TimeInForce, TradeOrder, Trigger, bracket};
pub use risk::check;
