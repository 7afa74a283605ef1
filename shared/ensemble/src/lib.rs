//! What several models say together.
//!
//! A [`Vote`] is the probability that one model gives. [`combine`] makes one of several by a [`EnsembleRule`], where enough came in time
//! ([`Combined`]); [`RiskGate`] says what must hold besides, and [`Thresholds`] make it a [`AiDecision`]: to buy, to sell, or to hold. What
//! truly happened is noted in each model's [`ModelScore`], and how good a model was lately says what its vote weighs where votes are
//! stacked.
//!
//! Numbers are whole millionths inside, so that sums are exact and the same everywhere; [`Logistic`] alone reckons with floats.

mod action;
mod combine;
mod comparison;
mod decision;
mod gate;
mod local;
mod number;
mod score;
mod vote;

pub use action::{Thresholds, TradeAction, WhyHeld};
pub use combine::{Combined, EnsembleRule, combine};
pub use comparison::Comparison;
pub use decision::{AiDecision, decide};
pub use gate::{GateCondition, GateVerdict, MOST_CONDITIONS, RiskGate};
pub use local::{LocalModel, Logistic, LogisticWeights, MOST_FEATURES, MissingFeature, RuleClause, RuleSet};
pub use number::{FeatureName, FeatureValues, Probability, Real, VoteWeight};
pub use score::{CALIBRATION_BINS, CalibrationBin, ModelScore, ROLLING, Scored};
pub use vote::Vote;
