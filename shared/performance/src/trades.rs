//! What a list of closed trades tells.

use crate::{count, known};
use serde::Serialize;

/// Measures of trades; none where there is nothing to divide by.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TradeMeasures {
    pub trades: usize,
    /// Minor units.
    pub net: i64,
    /// What was won over what was lost; none when nothing was lost.
    pub profit_factor: Option<f64>,
    /// The share of trades that won; one that came out even did not.
    pub win_rate: Option<f64>,
    /// Minor units that a trade earned on average.
    pub expectancy: Option<f64>,
}

/// Measure trades by what each earned after fees, in minor units.
pub fn of_trades(earned: &[i64]) -> TradeMeasures {
    let sum = |signum: i64| {
        earned.iter().filter(|value| value.signum() == signum).fold(0_i64, |sum, value| sum.saturating_add(*value))
    };
    let (won, lost) = (sum(1), sum(-1));
    let net = won.saturating_add(lost);
    TradeMeasures {
        trades: earned.len(),
        net,
        profit_factor: known(number(won) / -number(lost)),
        win_rate: known(count(earned.iter().filter(|value| **value > 0).count()) / count(earned.len())),
        expectancy: known(number(net) / count(earned.len())),
    }
}

/// Minor units as a number to divide: exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "a ratio of sums above 2^53 minor units need not be exact to the unit")]
const fn number(minor: i64) -> f64 {
    minor as f64
}
