//! Why something is refused.

use crate::instrument::TooLarge;
use serde::{Deserialize, Serialize};

/// Why an order is refused: a category and a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DenialCode {
    AccountNotFound,
    TradingHalted,
    TradingReducing,
    InstrumentNotFound,
    PricePrecision,
    QuantityStep,
    QuantityBelowMin,
    QuantityAboveMax,
    NotionalAboveMax,
    TimeInPast,
    ReduceOnlyWouldOpen,
    MarketNoQuote,
    MarginInsufficient,
    DailyLossReached,
    PositionsAboveMax,
    DrawdownLocked,
    SubmitRateExceeded,
    WouldTake,
    PostOnlyNeedsLimit,
    ParentNotFound,
    OrderNotOpen,
    AmountTooLarge,
}

/// A refusal with the facts behind it, as `key=value`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Denial {
    pub code: DenialCode,
    pub facts: Vec<String>,
}

impl Denial {
    pub(crate) const fn of(code: DenialCode) -> Self {
        Self { code, facts: Vec::new() }
    }

    pub(crate) fn with(code: DenialCode, facts: [(&str, i64); 2]) -> Self {
        Self { code, facts: facts.iter().map(|(key, value)| format!("{key}={value}")).collect() }
    }
}

impl From<TooLarge> for Denial {
    fn from(_: TooLarge) -> Self {
        Self::of(DenialCode::AmountTooLarge)
    }
}
