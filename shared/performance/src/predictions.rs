//! How good the predictions of a model were: each a probability of an outcome that did or did not come.

use crate::{count, known};
use serde::Serialize;

/// Predictions of about the same probability.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReliabilityBin {
    pub predictions: usize,
    pub mean_probability: f64,
    /// The share of them that came true.
    pub came_true: f64,
}

/// Measures of predictions; none where there is nothing to divide by.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PredictionMeasures {
    /// A probability of at least this much says yes.
    pub threshold: f64,
    pub predictions: usize,
    /// Predictions that were no probability, and were left out.
    pub left_out: usize,
    pub accuracy: Option<f64>,
    pub precision: Option<f64>,
    pub recall: Option<f64>,
    /// The mean squared error of the probability: 0 is perfect.
    pub brier: Option<f64>,
    /// Ten bins of equal width, the empty ones left out.
    pub calibration: Vec<ReliabilityBin>,
    /// The mean gap between probability and truth over the bins, weighted by their sizes.
    pub calibration_error: Option<f64>,
}

/// Measure pairs of a probability and whether it came true.
pub fn of_predictions(pairs: &[(f64, bool)], threshold: f64) -> PredictionMeasures {
    let good: Vec<(f64, bool)> =
        pairs.iter().copied().filter(|(probability, _)| (0.0..=1.0).contains(probability)).collect();
    let share = |part: usize, whole: usize| known(count(part) / count(whole));
    let said = |yes: bool, came: bool| good.iter().filter(|pair| (pair.0 >= threshold, pair.1) == (yes, came)).count();
    let (hits, false_alarms, misses) = (said(true, true), said(true, false), said(false, true));
    let squares: f64 = good.iter().map(|(probability, came)| (probability - f64::from(u8::from(*came))).powi(2)).sum();
    let mut calibration = Vec::new();
    for bin in 0..10_u8 {
        let (from, to) = (f64::from(bin) / 10.0, f64::from(bin + 1) / 10.0);
        let inside = |probability: f64| probability >= from && (probability < to || bin == 9);
        let members: Vec<&(f64, bool)> = good.iter().filter(|pair| inside(pair.0)).collect();
        if !members.is_empty() {
            let size = count(members.len());
            calibration.push(ReliabilityBin {
                predictions: members.len(),
                mean_probability: members.iter().map(|pair| pair.0).sum::<f64>() / size,
                came_true: count(members.iter().filter(|pair| pair.1).count()) / size,
            });
        }
    }
    let gap = |bin: &ReliabilityBin| count(bin.predictions) * (bin.mean_probability - bin.came_true).abs();
    PredictionMeasures {
        threshold,
        predictions: good.len(),
        left_out: pairs.len() - good.len(),
        accuracy: share(hits + said(false, false), good.len()),
        precision: share(hits, hits + false_alarms),
        recall: share(hits, hits + misses),
        brier: known(squares / count(good.len())),
        calibration_error: known(calibration.iter().map(gap).sum::<f64>() / count(good.len())),
        calibration,
    }
}
