//! Measures of returns, of trades and of predictions. Each answer carries the conventions that it was computed by.
#![expect(
    clippy::float_arithmetic,
    reason = "ratios and moments are statistics: no amount of money is kept or paid by them"
)]

mod predictions;
mod returns;
#[cfg(test)]
mod tests;
mod trades;

pub use predictions::{PredictionMeasures, ReliabilityBin, of_predictions};
pub use returns::{Conventions, ReturnMeasures, of_returns};
pub use trades::{TradeMeasures, of_trades};

/// A count as a number to divide by: exact below 2^32, which is far above what is measured at once.
fn count(of: usize) -> f64 {
    f64::from(u32::try_from(of).unwrap_or(u32::MAX))
}

/// The value, or none when it is no number: a division by nothing is no measure.
fn known(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
