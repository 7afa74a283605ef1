//! Decisions of ensembles of local models in one process: how long one takes, from the features to what is to be done, with 3 and
//! with 16 models. Rules alone: no table, no HTTP. Stops by itself.

use std::process::ExitCode;

use bench::{Failure, Micros, conditions, ended, millis, say};
use cloud::telemetry::Stopwatch;
use ensemble::{Combined, EnsembleRule, FeatureValues, LocalModel, RiskGate, Thresholds, Vote, combine, decide};
use serde_json::{from_value, json};

const ROUNDS: usize = 20_000;
/// How many features each model weighs.
const FEATURES: usize = 50;

fn main() -> ExitCode {
    ended(measure())
}

fn measure() -> Result<(), Failure> {
    say(format_args!("{ROUNDS} decisions each, models of {FEATURES} features; {}\n", conditions()?))?;
    say("| | p50 ms | p99 ms | decided |")?;
    say("| --- | --- | --- | --- |")?;
    let features: serde_json::Map<_, _> =
        (0..FEATURES).map(|number| (format!("f{number}"), json!(number % 7))).collect();
    let features: FeatureValues = from_value(features.into())?;
    let thresholds = Thresholds { buy_at: from_value(json!(0.55))?, sell_at: from_value(json!(0.45))? };
    for count in [3, 16] {
        let models = (0..count).map(logistic).collect::<Result<Vec<LocalModel>, _>>()?;
        for rule in [EnsembleRule::WeightedMean, EnsembleRule::Median, EnsembleRule::Majority] {
            let (mut micros, mut decided) = (Micros::default(), 0);
            for _ in 0..ROUNDS {
                let watch = Stopwatch::start();
                let votes: Vec<Vote> =
                    models.iter().filter_map(|model| model.probability(&features).ok()).map(Vote::of).collect();
                let combined: Combined = combine(rule, &votes, 2, thresholds);
                let gate = RiskGate::default().verdict(&features, &votes);
                let decision = decide(combined, &gate, thresholds);
                micros.add(watch.elapsed());
                decided += usize::from(decision.held_by.is_none());
            }
            let (p50, p99) = (millis(micros.median()), millis(micros.percentile(99)));
            say(format_args!("| {count} models, {rule:?} | {p50} | {p99} | {decided} |"))?;
        }
    }
    Ok(())
}

fn logistic(number: usize) -> Result<LocalModel, Failure> {
    let weights: serde_json::Map<_, _> =
        (0..FEATURES).map(|place| (format!("f{place}"), json!((place + number) % 3))).collect();
    Ok(from_value(json!({ "kind": "logistic", "intercept": -140, "weights": weights }))?)
}
