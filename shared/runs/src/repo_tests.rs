use ensemble::Scored;
use kernel::PageLimit;
use serde_json::json;
use testkit::Stack;

use super::*;
use crate::{
    ToolUse, ToolVerdict,
    run::tests::{NOW, at, three},
};

#[tokio::test]
async fn a_run_comes_back_with_its_steps_in_order_and_numbers_as_they_were() {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let (_, other) = stack.tenant("toko-b").await;
    let runs = AiRuns::new(stack.ctx().table(), owner.scope);
    let (mut run, steps) = three();
    run.input = Some("Siti asked".to_owned().try_into().unwrap());
    run.features =
        serde_json::from_value(json!({ "price": 1.085, "volume": 1_000_000_000, "trend": -0.000_001 })).unwrap();
    let mut transaction = Transaction::new();
    runs.save(&mut transaction, &run).unwrap();
    for step in &steps {
        runs.save_step(&mut transaction, &run, step).unwrap();
    }
    let turn = AgentTurn {
        step: steps[0].step.clone(),
        number: 1,
        text: None,
        tools: vec![ToolUse {
            call_id: "c".to_owned(),
            tool: "calculator".to_owned(),
            arguments: "{}".to_owned(),
            extra: Some("{}".to_owned()),
            verdict: ToolVerdict::Failed,
            result: "Siti".to_owned(),
        }],
        cost_nano_usd: 1,
        latency_ms: 1,
        at: at(NOW),
    };
    runs.insert_turn(&mut transaction, &run, &turn).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    assert_eq!(runs.get(run.id).await.unwrap(), Some(KnownRun { run: run.clone(), steps: steps.clone() }));
    assert_eq!(runs.turns(run.id, &steps[0].step).await.unwrap(), [turn]);
    assert_eq!(runs.turns(run.id, &steps[1].step).await.unwrap(), []);
    assert_eq!(AiRuns::new(stack.ctx().table(), other.scope).get(run.id).await.unwrap(), None);
    assert!(!stack.everything().await.contains("Siti"), "what people write is sealed");
    let request = PageRequest { limit: PageLimit::try_from(5).unwrap(), after: None };
    assert_eq!(runs.list(&request).await.unwrap().items, [run.clone()]);
    let mut over = Transaction::new();
    let cancelled = run.cancelled(at(NOW)).unwrap();
    runs.save(&mut over, &cancelled).unwrap();
    stack.ctx().table().transact(over).await.unwrap();
    let mut late = Transaction::new();
    let check = runs.check_runs(&mut late, run.id);
    runs.save_step(&mut late, &run, &steps[0].claimed(1, (at(NOW), at(NOW)))).unwrap();
    let Err(table::TransactError::Cancelled(refused)) = stack.ctx().table().transact(late).await else {
        panic!("saved")
    };
    assert!(refused.failed(check).is_some());
}

#[tokio::test]
async fn a_model_that_nobody_knows_weighs_as_much_as_one_that_guesses() {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let scores = ModelScores::new(stack.ctx().table(), owner.scope);
    let one = Scored { probability: serde_json::from_value(json!(0.9)).unwrap(), happened: true };
    let known = ScoredModel::unknown("gpt:a/b@1".to_owned(), at(NOW)).after(&[one; 12], at(NOW));
    let mut transaction = Transaction::new();
    scores.save(&mut transaction, &known).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    let models = ["gpt:a/b@1", "other"].map(str::to_owned).into_iter().collect();
    let weights: Vec<u32> = scores.weights(&models).await.unwrap().into_values().map(VoteWeight::millionths).collect();
    assert_eq!(weights, [500_000, 38_461]);
    assert_eq!(scores.of(&models).await.unwrap(), [known]);
    assert_eq!(scores.weights(&BTreeSet::new()).await.unwrap().len(), 0);
}
