use ensemble::{Probability, TradeAction};
use proptest::prelude::*;
use serde_json::{Value, from_value, json};
use ulid::Ulid;

use super::*;
use crate::{Answered, RunStepFault};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) const NOW: &str = "2026-12-01T00:00:00.000Z";
pub(crate) const DEADLINE: &str = "2026-12-01T00:01:00.000Z";

pub(crate) fn model(id: &str, weight: f64, after: &[&str]) -> Value {
    json!({ "kind": "model", "id": id, "model": format!("gpt-{id}"), "instructions": "Say.", "maxTokens": 10, "weight": weight, "after": after })
}

pub(crate) fn new_run(steps: Vec<Value>, ensemble: Value) -> NewRun {
    let ensemble = ensemble.is_object().then(|| from_value(ensemble).unwrap());
    NewRun {
        id: AiRunId::new(Ulid::from(7_u128)),
        name: None,
        plan: RunPlan { steps: steps.into_iter().map(|step| from_value(step).unwrap()).collect(), ensemble },
        agents: Vec::new(),
        features: from_value(json!({ "rsi": 70 })).unwrap(),
        input: None,
        stacked: BTreeMap::new(),
        budget_nano_usd: 1_000,
        requested_by: UserId::new(Ulid::from(8_u128)),
        deadline_at: at(DEADLINE),
    }
}

pub(crate) fn three() -> (AiRun, Vec<RunStep>) {
    let ensemble = json!({ "rule": "weighted_mean", "quorum": 2, "buyAt": 0.55, "sellAt": 0.45 });
    AiRun::begun(new_run(vec![model("a", 0.5, &[]), model("b", 0.3, &[]), model("c", 0.2, &[])], ensemble), at(NOW))
}

fn says(step: &RunStep, answer: &str, when: Timestamp) -> RunStep {
    let outcome = Ok(answer.to_owned());
    step.ended(Answered { outcome, is_voter: true, answered_by: None, cost_nano_usd: 10, latency_ms: 5 }, when)
}

/// Worked case T34: three votes buy; one of three before the deadline holds, whatever comes behind it.
#[test]
fn ai_t34_one_of_three_before_the_deadline_holds() {
    let (run, steps) = three();
    let early = at("2026-12-01T00:00:30Z");
    let all = [says(&steps[0], "0.7", early), says(&steps[1], "0.55", early), says(&steps[2], "0.4", early)];
    assert!(run.is_over(&all, early));
    let decision = run.ended(&all, early).decision.unwrap();
    assert_eq!((decision.action, decision.probability), (TradeAction::Buy, Probability::from_f64(0.595)));

    let late = at("2026-12-01T00:01:00Z");
    let one = [says(&steps[0], "0.7", early), says(&steps[1], "0.55", late), steps[2].clone()];
    assert!(!run.is_over(&one, early) && run.is_over(&one, late));
    let held = run.ended(&one, late).decision.unwrap();
    assert_eq!((held.action, held.held_by, held.probability), (TradeAction::Hold, Some(WhyHeld::Quorum), None));
}

#[test]
fn a_run_of_local_models_is_over_at_once() {
    let local = json!({ "kind": "local", "id": "a", "model": { "kind": "logistic", "intercept": -1, "weights": { "rsi": 0.05 } } });
    let ensemble = json!({ "rule": "majority", "buyAt": 0.55, "sellAt": 0.45 });
    let (run, steps) = AiRun::begun(new_run(vec![local], ensemble), at(NOW));
    assert_eq!((run.status, run.version, steps.len()), (AiRunStatus::Done, 1, 1));
    assert_eq!(run.decision.unwrap().action, TradeAction::Buy);
    assert_eq!(run.cancelled(at(NOW)), Err(AiRunError::Over));
}

#[test]
fn steps_wait_for_those_before_them_whatever_comes_of_these() {
    let (run, mut steps) =
        AiRun::begun(new_run(vec![model("a", 1.0, &[]), model("b", 1.0, &["a"])], Value::Null), at(NOW));
    let ready = |steps: &[RunStep]| {
        run.ready(steps, at(NOW)).iter().map(|(_, step)| step.step.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ready(&steps), ["a"]);
    let claimed = steps[0].claimed(400, (at(NOW), at(DEADLINE)));
    assert_eq!(ready(&[claimed.clone(), steps[1].clone()]), [""; 0]);
    assert_eq!(run.left_nano_usd(&[claimed, steps[1].clone()]), 600);
    steps[0] = steps[0].failed(RunStepFault::Budget, at(NOW));
    assert_eq!(ready(&steps), ["b"]);
    assert_eq!(run.judged(&steps), None, "a plan without an ensemble decides nothing");
}

#[test]
fn what_happened_is_said_once() {
    let (run, steps) = three();
    assert_eq!(run.with_outcome(true, at(NOW)), Err(AiRunError::Running));
    let done = run.ended(&steps, at(DEADLINE));
    let scored = done.with_outcome(true, at(DEADLINE)).unwrap().unwrap();
    assert_eq!((scored.outcome.unwrap().happened, scored.version), (true, 3));
    assert_eq!(scored.with_outcome(true, at(DEADLINE)), Ok(None));
    assert_eq!(scored.with_outcome(false, at(DEADLINE)), Err(AiRunError::OutcomeKnown));
    let cancelled = run.cancelled(at(NOW)).unwrap();
    assert_eq!(cancelled.decision.unwrap().held_by, Some(WhyHeld::Cancelled));
    assert_eq!(cancelled.with_outcome(true, at(NOW)), Err(AiRunError::NothingToScore));
}

proptest! {
    /// Whatever comes, and in whichever order: what is told at the deadline is what is told ever after.
    #[test]
    fn nothing_that_comes_late_changes_a_decision(votes in prop::collection::vec((0_u32..=1_000_000, 0_i64..120), 3)) {
        let (run, steps) = three();
        let when = |seconds: i64| at(NOW).plus(SignedDuration::from_secs(seconds));
        let ended: Vec<RunStep> = steps.iter().zip(&votes).map(|(step, (vote, seconds))| {
            says(step, &format!("0.{vote:06}"), when(*seconds))
        }).collect();
        let in_time: Vec<RunStep> = steps.iter().zip(&ended).zip(&votes).map(|((waiting, ended), (_, seconds))| {
            if *seconds < 60 { ended.clone() } else { waiting.clone() }
        }).collect();
        prop_assert_eq!(run.judged(&in_time), run.judged(&ended));
        let names: Vec<RunStepName> = ended.iter().map(|step| step.step.clone()).collect();
        prop_assert_eq!(names.len(), 3);
        let mut turned = ended.clone();
        turned.reverse();
        prop_assert_eq!(run.judged(&turned), run.judged(&ended));
    }
}
