//! A pure trading engine.
//!
//! [`handle`] takes an account, a market and a command and answers with events; [`apply`] folds one event into the account, and
//! `handle` changes it in no other way: so the events are the truth, and a snapshot at any of them continues to the same state.
//! Prices are points, quantities lot steps, money minor units: integers all. Time is milliseconds since 1970 and is handed in.

mod account;
mod book;
mod engine;
mod instrument;
mod order;
mod risk;
#[cfg(test)]
mod tests;

pub use account::{Account, Broken, Event, Fill, Limits, Position, PositionMode, Settings, TradingState, apply};
pub use book::{Book, Match, Resting, Side};
pub use engine::{Answer, Command, Market, handle};
pub use instrument::{FeeTier, Instrument, Liquidity, MOST_POINTS, MOST_STEPS, Scale, TooLarge};
pub use order::{NewOrder, Order, OrderKind, OrderState, TimeInForce, Trigger, bracket};
pub use risk::{Denial, DenialCode, check};
