//! How good a model was: what it said, held against what happened.

use std::array;

use serde::{Deserialize, Serialize};

use crate::{Probability, VoteWeight};

/// Over how many of the last outcomes a model is judged where votes are stacked.
pub const ROLLING: usize = 50;
/// Into how many parts probabilities are sorted to see whether they come true as often as they say.
pub const CALIBRATION_BINS: usize = 10;
/// As bad as always saying one half, in millionths: what a model counts as that nobody knows yet.
const UNKNOWN_BRIER: u64 = 250_000;
/// After how many outcomes a model is judged by them.
const KNOWN_AFTER: usize = 10;
/// Added to a Brier score before it divides, in millionths: the best model weighs at most 26 times as much as an unknown one.
const FLOOR: u64 = 10_000;

/// One probability, and what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scored {
    /// What the model said.
    pub probability: Probability,
    /// Whether it happened.
    pub happened: bool,
}

/// Probabilities of one tenth of the range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CalibrationBin {
    /// How many there were.
    pub count: u64,
    /// Of how many it happened.
    pub happened: u64,
    /// All of them together, in millionths.
    pub sum_millionths: u64,
}

/// The record of one model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelScore {
    /// How often it is known what happened.
    pub count: u64,
    /// How often it was on the right side of one half; one half itself is on none.
    pub correct: u64,
    /// All squared errors together, in millionths.
    pub brier_sum_millionths: u64,
    /// The last ones, newest last.
    pub recent: Vec<Scored>,
    /// All of them, in ten parts from 0 to 1.
    pub bins: Vec<CalibrationBin>,
}

impl Scored {
    /// The squared error, in millionths, rounded half up.
    pub fn brier_millionths(self) -> u64 {
        let said = u64::from(self.probability.millionths());
        let error = if self.happened { 1_000_000 - said } else { said };
        (error * error + 500_000) / 1_000_000
    }

    fn is_correct(self) -> bool {
        if self.happened { self.probability > Probability::HALF } else { self.probability < Probability::HALF }
    }

    fn bin(self) -> usize {
        let tenth = self.probability.millionths() / 100_000;
        usize::try_from(tenth).unwrap_or(0).min(CALIBRATION_BINS - 1)
    }
}

impl ModelScore {
    /// The same, with one outcome more.
    #[must_use]
    pub fn after(&self, scored: Scored) -> Self {
        let mut next = self.clone();
        next.count += 1;
        next.correct += u64::from(scored.is_correct());
        next.brier_sum_millionths += scored.brier_millionths();
        next.recent.push(scored);
        let old = next.recent.len().saturating_sub(ROLLING);
        next.recent.drain(..old);
        next.bins.resize(CALIBRATION_BINS, CalibrationBin::default());
        if let Some(bin) = next.bins.get_mut(scored.bin()) {
            bin.count += 1;
            bin.happened += u64::from(scored.happened);
            bin.sum_millionths += u64::from(scored.probability.millionths());
        }
        next
    }

    /// How often it was right, of one; none before the first outcome.
    pub fn accuracy(&self) -> Option<Probability> {
        share(self.correct, self.count)
    }

    /// The mean squared error: 0 is best, one half always comes to 0.25. None before the first outcome.
    pub fn brier(&self) -> Option<Probability> {
        mean(self.brier_sum_millionths, self.count)
    }

    /// The same of the last outcomes alone.
    pub fn rolling_brier(&self) -> Option<Probability> {
        let sum = self.recent.iter().map(|one| one.brier_millionths()).sum();
        mean(sum, u64::try_from(self.recent.len()).unwrap_or(0))
    }

    /// What its vote weighs where votes are stacked: the smaller its recent errors, the more. A model of fewer than ten outcomes counts
    /// as one that always says one half.
    pub fn weight(&self) -> VoteWeight {
        let is_known = self.recent.len() >= KNOWN_AFTER;
        let brier = self.rolling_brier().filter(|_| is_known).map_or(UNKNOWN_BRIER, |one| u64::from(one.millionths()));
        VoteWeight::from_millionths(FLOOR * 1_000_000 / (brier + FLOOR))
    }

    /// The ten parts from 0 to 1, the first ones first.
    pub fn calibration(&self) -> [CalibrationBin; CALIBRATION_BINS] {
        array::from_fn(|place| self.bins.get(place).copied().unwrap_or_default())
    }
}

impl CalibrationBin {
    /// The mean of what was said; none where nothing was.
    pub fn said(self) -> Option<Probability> {
        mean(self.sum_millionths, self.count)
    }

    /// How often it happened, of one; none where nothing was said.
    pub fn came_true(self) -> Option<Probability> {
        share(self.happened, self.count)
    }
}

fn share(part: u64, of: u64) -> Option<Probability> {
    mean(part.saturating_mul(1_000_000), of)
}

fn mean(sum: u64, count: u64) -> Option<Probability> {
    (sum.saturating_add(count / 2)).checked_div(count).map(Probability::from_millionths)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scored(number: f64, happened: bool) -> Scored {
        Scored { probability: Probability::from_f64(number).unwrap(), happened }
    }

    fn after(all: &[Scored]) -> ModelScore {
        all.iter().fold(ModelScore::default(), |score, one| score.after(*one))
    }

    #[test]
    fn a_record_is_reckoned_as_brier_does() {
        let score = after(&[scored(0.9, true), scored(0.6, false), scored(0.5, true)]);
        // .01 + .36 + .25 = .62
        assert_eq!((score.brier_sum_millionths, score.correct, score.count), (620_000, 1, 3));
        let number = |one: Option<Probability>| one.map(Probability::millionths);
        assert_eq!((number(score.brier()), number(score.accuracy())), (Some(206_667), Some(333_333)));
        assert_eq!(score.rolling_brier(), score.brier());
        let bins = score.calibration();
        assert_eq!((bins[9].count, bins[6].happened, bins[5].count), (1, 0, 1));
        assert_eq!((number(bins[9].said()), number(bins[9].came_true())), (Some(900_000), Some(1_000_000)));
        assert_eq!(number(bins[0].said()), None);
        let edges = after(&[scored(0.0, false), scored(1.0, true)]).calibration();
        assert_eq!((edges[0].count, edges[9].count), (1, 1));
        let none = ModelScore::default();
        assert_eq!((none.accuracy(), none.brier(), none.rolling_brier()), (None, None, None));
    }

    #[test]
    fn a_good_record_weighs_more_once_it_is_one() {
        let unknown = ModelScore::default().weight();
        assert_eq!(unknown.millionths(), 38_461);
        let few = after(&[scored(1.0, true); 9]);
        assert_eq!(few.weight(), unknown, "nine outcomes are luck");
        let good = after(&[scored(0.9, true); 10]);
        assert_eq!(good.weight().millionths(), 500_000);
        let bad = after(&[scored(0.1, true); 10]);
        assert!(bad.weight() < unknown && bad.weight().millionths() > 0);
        let mut turned = bad;
        for _ in 0..ROLLING {
            turned = turned.after(scored(1.0, true));
        }
        assert_eq!((turned.weight().millionths(), turned.recent.len(), turned.count), (1_000_000, ROLLING, 60));
    }

    proptest! {
        #[test]
        fn a_record_stays_within_its_bounds(all in prop::collection::vec((0_u64..=1_000_000, any::<bool>()), 0..120)) {
            let all: Vec<Scored> = all.iter().map(|(number, happened)| Scored { probability: Probability::from_millionths(*number), happened: *happened }).collect();
            let score = after(&all);
            let counted: u64 = score.calibration().iter().map(|bin| bin.count).sum();
            prop_assert_eq!(counted, score.count);
            prop_assert!(score.correct <= score.count && score.recent.len() <= ROLLING);
            prop_assert!(score.brier().is_none_or(|one| one.millionths() <= 1_000_000));
            prop_assert!((9_900..=1_000_000).contains(&score.weight().millionths()));
        }
    }
}
