//! Worked cases of the measures.

use crate::*;
use proptest::prelude::*;

fn near(value: Option<f64>, expected: f64, digits: i32) -> bool {
    value.is_some_and(|value| (value - expected).abs() < 0.5 * 10_f64.powi(-digits))
}

#[test]
fn trading_t34_measures_of_returns() {
    let measures = of_returns(&[0.01, -0.02, 0.015, 0.03, -0.01], Conventions::per_year(252));
    assert!(near(measures.mean, 0.005, 9));
    // The sum of squares is 0.0016 over 4.
    assert!(near(measures.deviation, 0.02, 9));
    assert!(near(measures.sharpe, 3.9686, 4));
    assert!(near(measures.sortino, 7.9373, 4));
    assert!(near(Some(measures.max_drawdown), -0.02, 9));
    assert!(near(Some(measures.growth), 1.024_439, 6));
    assert_eq!((measures.conventions.ddof, measures.conventions.periods_per_year), (1, 252));
}

#[test]
fn trading_t34_measures_of_trades() {
    let measures = of_trades(&[120, -80, 60, -40, 200]);
    assert!(near(measures.profit_factor, 3.1667, 4));
    assert!(near(measures.win_rate, 0.6, 9));
    assert!(near(measures.expectancy, 52.0, 9));
}

#[test]
fn what_cannot_be_known_is_none() {
    let nothing = of_returns(&[], Conventions::per_year(252));
    assert_eq!((nothing.mean, nothing.sharpe, nothing.calmar, nothing.skew), (None, None, None, None));
    assert_eq!(of_returns(&[0.01], Conventions::per_year(252)).sharpe, None);
    assert_eq!(of_trades(&[5, 7]).profit_factor, None);
    assert_eq!(of_trades(&[]).win_rate, None);
    assert_eq!(of_predictions(&[], 0.5).brier, None);
}

#[test]
fn skew_and_kurtosis_of_a_known_series() {
    // 1, 1, 1, 5: mean 2, squares 12, cubes 24, fourths 84.
    let measures = of_returns(&[1.0, 1.0, 1.0, 5.0], Conventions::per_year(252));
    assert!(near(measures.skew, 6.0 / 27_f64.sqrt(), 9));
    assert!(near(measures.excess_kurtosis, 21.0 / 9.0 - 3.0, 9));
}

#[test]
fn predictions_are_counted_scored_and_calibrated() {
    let measures = of_predictions(&[(0.9, true), (0.8, false), (0.3, true), (0.1, false), (f64::NAN, true)], 0.5);
    assert_eq!((measures.predictions, measures.left_out), (4, 1));
    assert!(near(measures.accuracy, 0.5, 9) && near(measures.precision, 0.5, 9) && near(measures.recall, 0.5, 9));
    assert!(near(measures.brier, (0.01 + 0.64 + 0.49 + 0.01) / 4.0, 9));
    assert!(near(measures.calibration_error, (0.1 + 0.8 + 0.7 + 0.1) / 4.0, 9));
    assert_eq!(measures.calibration.len(), 4);
}

proptest! {
    #[test]
    fn every_prediction_is_in_one_bin(probabilities in prop::collection::vec(0.0..=1.0_f64, 0..50)) {
        let pairs: Vec<_> = probabilities.iter().map(|value| (*value, true)).collect();
        let bins = of_predictions(&pairs, 0.5).calibration;
        prop_assert_eq!(bins.iter().map(|bin| bin.predictions).sum::<usize>(), pairs.len());
    }

    #[test]
    fn a_drawdown_is_between_all_and_nothing(returns in prop::collection::vec(-0.9..0.9_f64, 0..50)) {
        let measures = of_returns(&returns, Conventions::per_year(252));
        prop_assert!((-1.0..=0.0).contains(&measures.max_drawdown));
        prop_assert!(measures.drawdowns.iter().all(|drawdown| *drawdown >= measures.max_drawdown));
    }
}
