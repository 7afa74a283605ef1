//! What a series of returns of equal periods tells.

use crate::{count, known};
use serde::Serialize;

/// How the measures are computed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Conventions {
    /// What is taken off the count in the variance: 1 is the sample's.
    pub ddof: usize,
    /// Periods in a year: 252 for trading days.
    pub periods_per_year: u32,
    /// The return of one period without risk.
    pub risk_free: f64,
    /// Always true: returns multiply, they are not added.
    pub compounding: bool,
    /// Always true: the downside deviation divides by all periods, not only by those that lost.
    pub downside_over_all: bool,
}

impl Conventions {
    /// The sample's deviation, no return without risk.
    pub const fn per_year(periods_per_year: u32) -> Self {
        Self { ddof: 1, periods_per_year, risk_free: 0.0, compounding: true, downside_over_all: true }
    }
}

/// Measures of a series; none where it is too short or does not vary.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReturnMeasures {
    pub conventions: Conventions,
    pub periods: usize,
    pub mean: Option<f64>,
    pub deviation: Option<f64>,
    /// The deviation of a year.
    pub volatility: Option<f64>,
    pub sharpe: Option<f64>,
    pub sortino: Option<f64>,
    /// Growth per year over the size of the deepest drawdown.
    pub calmar: Option<f64>,
    /// Growth per year.
    pub cagr: Option<f64>,
    /// The deepest fall from a peak, 0 or below.
    pub max_drawdown: f64,
    /// What one unit has become.
    pub growth: f64,
    /// Of the population: the third moment over the deviation cubed.
    pub skew: Option<f64>,
    /// Of the population, less the 3 of the normal distribution.
    pub excess_kurtosis: Option<f64>,
    /// What one unit was after each period.
    pub curve: Vec<f64>,
    /// How far below its peak it was after each period.
    pub drawdowns: Vec<f64>,
}

/// Measure returns, oldest first: 0.01 is one percent. A return that is no finite number makes the measures unknown.
pub fn of_returns(returns: &[f64], conventions: Conventions) -> ReturnMeasures {
    let (periods, year) = (count(returns.len()), f64::from(conventions.periods_per_year));
    let average = returns.iter().sum::<f64>() / periods;
    let moment = |power: i32| returns.iter().map(|value| (value - average).powi(power)).sum::<f64>();
    let spread = count(returns.len().saturating_sub(conventions.ddof));
    let deviation = known((moment(2) / spread).sqrt());
    let excess = average - conventions.risk_free;
    let lost = returns.iter().map(|value| (value - conventions.risk_free).min(0.0).powi(2)).sum::<f64>();
    let (mut growth, mut peak, mut max_drawdown) = (1.0_f64, 1.0_f64, 0.0_f64);
    let (mut curve, mut drawdowns) = (Vec::with_capacity(returns.len()), Vec::with_capacity(returns.len()));
    for value in returns {
        growth *= 1.0 + value;
        peak = peak.max(growth);
        let drawdown = growth / peak - 1.0;
        max_drawdown = max_drawdown.min(drawdown);
        curve.push(growth);
        drawdowns.push(drawdown);
    }
    let cagr = known(growth.powf(year / periods) - 1.0);
    let population = (moment(2) / periods).sqrt();
    ReturnMeasures {
        conventions,
        periods: returns.len(),
        mean: known(average),
        deviation,
        volatility: deviation.and_then(|deviation| known(deviation * year.sqrt())),
        sharpe: deviation.and_then(|deviation| known(excess / deviation * year.sqrt())),
        sortino: known(excess / (lost / periods).sqrt() * year.sqrt()),
        calmar: cagr.and_then(|cagr| known(cagr / -max_drawdown)),
        cagr,
        max_drawdown,
        growth,
        skew: known(moment(3) / periods / population.powi(3)),
        excess_kurtosis: known(moment(4) / periods / population.powi(4) - 3.0),
        curve,
        drawdowns,
    }
}
