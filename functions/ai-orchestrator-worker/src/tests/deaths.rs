use ensemble::TradeAction;
use runs::{AiRunStatus, AiRuns};
use serde_json::json;
use testkit::Fault;

use super::world::{Does, Models, World, agent, median, model};

fn models() -> Models {
    let wants = Does::Wants(vec![("calculator", json!({ "expression": "1 + 1" }))]);
    Models::new().let_do("scout", &[wants, Does::Says("0.9")])
}

fn plan() -> Vec<serde_json::Value> {
    vec![model("a", &[]), model("b", &[]), agent("scout"), model("c", &["scout"])]
}

/// Whatever call to the store fails, before or after it happens: the next message, or the one behind the claims, ends the run all the
/// same. No model is asked twice but where its answer was lost, and then by the same request.
#[tokio::test]
async fn a_death_anywhere_ends_in_the_same_decision() {
    let calls = {
        let world = World::open().await;
        let id = world.begin(plan(), median()).await;
        let (ctx, table) = world.stack.breaking(None);
        world.advance_by(&ctx, &models(), id).await.unwrap();
        assert_eq!(world.known(id).await.run.status, AiRunStatus::Done);
        table.calls()
    };
    assert!(calls >= 15, "{calls}");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::open().await;
        let id = world.begin(plan(), median()).await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        let models = models();
        let _died = world.advance_by(&ctx, &models, id).await;
        // At once, while claims may stand; and behind their end, as the agenda would.
        world.advance(&models, id).await;
        if world.known(id).await.run.is_running() {
            let (_, due) = world.told().await;
            assert_eq!(due.len(), 1, "{fault:?}: nobody would come");
        }
        world.stack.set_clock("2026-11-21T01:02:00Z");
        world.advance(&models, id).await;
        let known = world.known(id).await;
        assert_eq!(known.run.status, AiRunStatus::Done, "{fault:?}: {known:?}");
        assert_eq!(known.run.decision.unwrap().action, TradeAction::Buy, "{fault:?}");
        assert_eq!(models.asked_in_vain(), 0, "{fault:?}");
        let asked = models.asked().len();
        assert!((5..=10).contains(&asked), "{fault:?}: {asked}");
        assert_eq!(world.costs(&models, id).await, (500, 500), "{fault:?}");
        let scout = known.steps.iter().find(|step| step.step.as_str() == "scout").unwrap();
        let turns = AiRuns::new(world.stack.ctx().table(), world.scope()).turns(id, &scout.step).await.unwrap();
        assert_eq!((turns.len(), scout.turns), (1, 2), "{fault:?}");
        assert_eq!(world.told().await, (1, vec![]), "{fault:?}");
    }
}
