use async_trait::async_trait;
use cloud::Function;
use ensemble::{TradeAction, WhyHeld};
use kernel::{AiRunId, RequestId};
use runs::{AiRunStatus, AiRuns, RunStep, RunStepFault, StepState};
use serde_json::{Value, json};
use table::Transaction;

use super::world::{Does, Models, World, median, model};
use crate::{
    advance_run::advance_run,
    asking::{AskFailure, AskModels, ModelAnswer, ModelCall},
};

#[tokio::test]
async fn models_are_asked_beside_one_another_and_the_run_ends() {
    let world = World::open().await;
    let local =
        json!({ "kind": "local", "id": "local", "model": { "kind": "rules", "clauses": [], "otherwise": 0.6 } });
    let id = world.begin(vec![local, model("a", &[]), model("b", &[]), model("c", &["a", "local"])], median()).await;
    let models =
        Models::new().let_do("b", &[Does::Says("I say {\"probability\": 0.5}")]).let_do("c", &[Does::Says("0.9")]);
    world.advance(&models, id).await;
    let known = world.known(id).await;
    assert_eq!(known.run.status, AiRunStatus::Done, "{known:?}");
    let decision = known.run.decision.unwrap();
    assert_eq!((decision.action, decision.probability.unwrap().millionths()), (TradeAction::Buy, 650_000));
    let votes: Vec<u32> = known.steps.iter().map(|step| step.probability.unwrap().millionths()).collect();
    assert_eq!(votes, [600_000, 700_000, 500_000, 900_000]);
    assert_eq!((models.asked().len(), models.asked_in_vain()), (3, 0));
    assert_eq!(world.costs(&models, id).await, (300, 300));
    assert_eq!(world.told().await, (1, vec![]));
    let heard = models.heard("c");
    for part in
        ["The rate is kept.", "rsi", "62.5", "Step a answered", "0.7", "Step local answered", "0.6", "probability"]
    {
        assert!(heard.contains(part), "{part}: {heard}");
    }
    world.advance(&models, id).await;
    assert_eq!((models.asked().len(), world.told().await), (3, (1, vec![])), "a late message finds nothing to do");
}

#[tokio::test]
async fn a_step_that_fails_lets_the_others_decide() {
    let world = World::open().await;
    let id = world.begin(vec![model("a", &[]), model("b", &[]), model("c", &[])], median()).await;
    let models = Models::new().let_do("b", &[Does::Fails(RunStepFault::Refused)]).let_do("c", &[Does::Says("no idea")]);
    world.advance(&models, id).await;
    let known = world.known(id).await;
    let faults: Vec<Option<RunStepFault>> = known.steps.iter().map(|step| step.fault).collect();
    assert_eq!(faults, [None, Some(RunStepFault::Refused), Some(RunStepFault::NoProbability)]);
    assert_eq!(known.run.decision.unwrap().held_by, Some(WhyHeld::Quorum));
    assert_eq!(world.costs(&models, id).await, (200, 200), "an answer that is no vote costs too");
}

#[tokio::test]
async fn a_budget_is_never_passed() {
    let world = World::open().await;
    let id = world.begin((0..8).map(|n| model(&format!("m{n}"), &[])).collect(), median()).await;
    // Six fit into the budget at once; what they did not cost is left for nobody, since the rest failed by then.
    let models = Models::new();
    world.advance(&models, id).await;
    let known = world.known(id).await;
    let failed = known.steps.iter().filter(|step| step.fault == Some(RunStepFault::Budget)).count();
    assert_eq!((failed, models.asked().len()), (2, 6));
    assert!(known.steps.iter().all(|step| step.reserved_nano_usd == 0));
    assert_eq!(known.run.decision.unwrap().action, TradeAction::Buy, "six of eight are enough");
}

/// Models that are asked while somebody cancels the run.
struct Cancels<'a>(&'a World, Models, AiRunId);

#[async_trait]
impl AskModels for Cancels<'_> {
    async fn most(&self, call: &ModelCall) -> Result<i64, AskFailure> {
        self.1.most(call).await
    }

    async fn ask(&self, call: &ModelCall) -> Result<ModelAnswer, AskFailure> {
        let (ctx, scope) = (self.0.stack.ctx(), self.0.scope());
        let known = self.0.known(self.2).await;
        if known.run.is_running() {
            let (mut transaction, run) = (Transaction::new(), known.run.cancelled(ctx.now()).unwrap());
            AiRuns::new(ctx.table(), scope).save(&mut transaction, &run).unwrap();
            runs::end(ctx, &mut transaction, scope, (&run, &known.steps), RequestId::new(ctx.new_ulid())).unwrap();
            // The other one of them may have been faster.
            let _cancelled = ctx.table().transact(transaction).await;
        }
        self.1.ask(call).await
    }
}

/// Worked case T34: what comes behind the end is kept, with what it cost, and changes nothing.
#[tokio::test]
async fn ai_t34_what_comes_behind_the_end_is_kept_and_does_not_count() {
    let world = World::open().await;
    let id = world.begin(vec![model("a", &[]), model("b", &[])], median()).await;
    let cancels = Cancels(&world, Models::new(), id);
    advance_run(world.stack.ctx(), &cancels, &world.due(id)).await.unwrap();
    let known = world.known(id).await;
    let held = known.run.decision.unwrap().held_by;
    assert_eq!((known.run.status, held), (AiRunStatus::Cancelled, Some(WhyHeld::Cancelled)));
    let is_late = |step: &RunStep| step.late && step.state == StepState::Answered && step.cost_nano_usd == 100;
    assert!(known.steps.iter().all(is_late), "{known:?}");
    assert!(known.steps.iter().all(|step| step.vote(known.run.deadline_at).is_none()));
    assert_eq!(world.told().await, (1, vec![]));
}

/// Delivers a message as SQS does; whether it was taken.
async fn deliver(world: &World, message: Value) -> bool {
    let granted = world.stack.granted("ai-orchestrator-worker");
    let Function::Event(handle) = crate::function(granted) else { panic!("not woken by events") };
    let record = json!({ "messageId": "1", "body": message.to_string(), "attributes": {}, "messageAttributes": {} });
    handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"] == json!([])
}

#[tokio::test]
async fn a_model_that_nobody_set_up_is_refused_and_other_work_comes_again() {
    let world = World::open().await;
    let id = world.begin(vec![model("a", &[])], median()).await;
    assert!(deliver(&world, json!(world.due(id))).await);
    let known = world.known(id).await;
    assert_eq!((known.run.status, known.steps[0].fault), (AiRunStatus::Done, Some(RunStepFault::Refused)));
    let mut other = json!(world.due(id));
    other["kind"] = json!("trial_end");
    assert!(!deliver(&world, other).await);
    let mut gone = json!(world.due(id));
    gone["id"] = json!("air_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
    assert!(deliver(&world, gone).await, "a run that is gone is nothing to do");
}

#[tokio::test]
async fn a_deadline_ends_a_run_whatever_is_missing() {
    let world = World::open().await;
    let id = world.begin(vec![model("a", &[]), model("b", &["a"])], median()).await;
    let models = Models::new();
    world.stack.set_clock("2026-11-21T01:10:00Z");
    world.advance(&models, id).await;
    let known = world.known(id).await;
    assert_eq!((known.run.status, known.run.decision.unwrap().held_by), (AiRunStatus::Done, Some(WhyHeld::Quorum)));
    assert_eq!((models.asked().len(), world.told().await), (0, (1, vec![])));
}

#[tokio::test]
async fn what_a_call_needs_may_be_away_for_a_while() {
    let world = World::open().await;
    let id = world.begin(vec![model("a", &[]), model("b", &[])], median()).await;
    let models = Models::new().let_do("a", &[Does::IsAway, Does::Says("0.8")]);
    assert!(world.advance_by(world.stack.ctx(), &models, id).await.is_err());
    let (told, due) = world.told().await;
    assert_eq!((told, due), (0, vec!["2026-11-21T01:01:30.000Z".to_owned()]), "whoever comes behind the claim goes on");
    world.advance(&models, id).await;
    assert_eq!(models.asked().len(), 2, "while it is claimed, nobody asks");
    world.stack.set_clock("2026-11-21T01:01:30Z");
    world.advance(&models, id).await;
    assert_eq!(world.known(id).await.run.decision.unwrap().action, TradeAction::Buy);
    assert_eq!((models.asked().len(), models.asked_in_vain()), (3, 0));
}

#[tokio::test]
async fn a_model_that_never_ends_is_given_up_at_the_deadline() {
    let world = World::open().await;
    let id = world.begin(vec![model("a", &[]), model("b", &[])], median()).await;
    let models = Models::new().let_do("a", &[Does::Hangs]);
    world.stack.set_clock("2026-11-21T01:09:59.950Z");
    world.advance(&models, id).await;
    let known = world.known(id).await;
    let faults: Vec<Option<RunStepFault>> = known.steps.iter().map(|step| step.fault).collect();
    assert_eq!(faults, [Some(RunStepFault::TimedOut), None]);
    assert_eq!(known.run.decision.unwrap().held_by, Some(WhyHeld::Quorum));
}

#[tokio::test]
async fn two_messages_at_once_ask_each_model_once() {
    let world = World::open().await;
    let id = world.begin(vec![model("a", &[]), model("b", &[]), model("c", &["a"])], median()).await;
    let models = Models::new();
    let ctx = world.stack.ctx();
    let both = tokio::join!(world.advance_by(ctx, &models, id), world.advance_by(ctx, &models, id));
    assert!(both.0.is_ok() && both.1.is_ok(), "{both:?}");
    world.advance(&models, id).await;
    assert_eq!((models.asked().len(), models.asked_in_vain()), (3, 0));
    assert_eq!(world.known(id).await.run.status, AiRunStatus::Done);
    assert_eq!(world.told().await, (1, vec![]));
    let nothing: Value = json!(null);
    let empty = world.begin(vec![model("a", &[])], nothing).await;
    world.advance(&models, empty).await;
    assert_eq!((world.known(empty).await.run.decision, world.told().await.0), (None, 2), "a plan may decide nothing");
}
