use cloud::Queue;
use http::Method;
use serde_json::{Value, json};

use crate::world::{World, agent, ensemble, says, three};

const RUNS: &str = "/api/v1/ai/runs";

fn gpt(id: &str) -> Value {
    json!({ "kind": "model", "id": id, "model": "gpt-4o-mini", "instructions": "How probable?", "maxTokens": 100 })
}

/// Worked case T34, through the API: .70, .55 and .40 with weights .5, .3 and .2 buy at .595, in the call itself.
#[tokio::test]
async fn ai_t34_three_local_votes_buy_at_once() {
    let world = World::open().await;
    let made = world.post(RUNS, three("weighted_mean")).await;
    assert_eq!((made.status.as_u16(), made.text("/data/status").as_str()), (201, "done"), "{}", made.snapshot());
    assert_eq!(made.at("/data/decision"), json!({ "action": "buy", "probability": 0.595, "heldBy": null }));
    assert_eq!(made.at("/data/steps/0/probability"), json!(0.7));
    let shown = world.get(&format!("{RUNS}/{}", made.text("/data/id"))).await;
    assert_eq!(shown.at("/data"), made.at("/data"));
    assert_eq!((world.told().await, world.due().await), (1, 0));
    assert_eq!(world.stack.work.to(Queue::AiRunWork).len(), 0);
    assert_eq!(world.post(RUNS, three("majority")).await.at("/data/decision/action"), json!("buy"));
    assert_eq!(world.post(RUNS, three("median")).await.at("/data/decision/probability"), json!(0.55));
    let listed = world.get(&format!("{RUNS}?limit=2")).await;
    assert_eq!(listed.at("/data").as_array().map(Vec::len), Some(2));
    assert_eq!(listed.at("/data/1/decision/action"), json!("buy"));
}

/// Worked case T34: one of three answered before the deadline, which holds; what is told first is told ever after.
#[tokio::test]
async fn ai_t34_one_of_three_at_the_deadline_holds() {
    let world = World::open().await;
    let body = json!({ "steps": [says("a", 0.7, 1.0), gpt("b"), gpt("c")], "ensemble": ensemble("weighted_mean"), "deadlineSeconds": 30 });
    let made = world.send(RUNS, "once", body.clone()).await;
    assert_eq!((made.status.as_u16(), made.text("/data/status").as_str()), (202, "running"), "{}", made.snapshot());
    assert_eq!(world.send(RUNS, "once", body).await.body, made.body);
    let sent = world.stack.work.to(Queue::AiRunWork);
    assert_eq!((sent.len(), sent[0]["id"].clone(), world.due().await), (1, made.at("/data/id"), 1));
    let path = format!("{RUNS}/{}", made.text("/data/id"));
    world.stack.set_clock("2026-11-21T01:00:29.999Z");
    assert_eq!(world.get(&path).await.text("/data/status"), "running");
    world.stack.set_clock("2026-11-21T01:00:30Z");
    let held = world.get(&path).await;
    assert_eq!(held.text("/data/status"), "done");
    assert_eq!(held.at("/data/decision"), json!({ "action": "hold", "probability": null, "heldBy": "quorum" }));
    assert_eq!(world.get(&path).await.at("/data"), held.at("/data"));
    assert_eq!((world.told().await, world.due().await), (1, 0));
    assert_eq!(world.act(Method::POST, &format!("{path}/cancel")).await.text("/code"), "AI_RUN_OVER");
}

#[tokio::test]
async fn a_gate_and_a_spread_hold() {
    let world = World::open().await;
    let gated = |gate: Value| {
        let mut body = three("weighted_mean");
        body["features"] = json!({ "spread": 2.5 });
        body["ensemble"]["gate"] = gate;
        body
    };
    let closed = json!({ "conditions": [{ "feature": "spread", "is": "at_most", "value": 2 }] });
    let answer = world.post(RUNS, gated(closed)).await;
    assert_eq!(answer.at("/data/decision"), json!({ "action": "hold", "probability": 0.595, "heldBy": "gate" }));
    let unknown = json!({ "conditions": [{ "feature": "news", "is": "at_most", "value": 2 }] });
    assert_eq!(world.post(RUNS, gated(unknown)).await.at("/data/decision/heldBy"), json!("gate"));
    let answer = world.post(RUNS, gated(json!({ "maxSpread": 0.2 }))).await;
    assert_eq!(answer.at("/data/decision/heldBy"), json!("spread"));
}

#[tokio::test]
async fn a_plan_that_cannot_be_done_is_refused_as_a_whole() {
    let world = World::open().await;
    let mut body = three("weighted_mean");
    body["steps"][2] = json!({ "kind": "local", "id": "a", "model": { "kind": "logistic", "weights": { "rsi": 1 } } });
    body["ensemble"]["sellAt"] = json!(0.6);
    body["deadlineSeconds"] = json!(0);
    body["budgetNanoUsd"] = json!(-1);
    let answer = world.post(RUNS, body).await;
    let pointers: Vec<String> = (0..5).map(|place| answer.text(&format!("/errors/{place}/pointer"))).collect();
    assert_eq!(
        pointers,
        ["/steps/2/id", "/steps/2/model", "/ensemble/sellAt", "/budgetNanoUsd", "/deadlineSeconds"],
        "{}",
        answer.snapshot()
    );
    for bad in [
        json!({ "steps": [] }),
        json!({ "steps": [{ "kind": "shell", "id": "a", "command": "rm" }] }),
        json!({ "steps": [says("a", 1.5, 1.0)] }),
        json!({ "steps": [says("a", 0.5, 1.0)], "features": { "a b": 1 } }),
        json!({ "steps": [says("a", 0.5, 1.0)], "features": { "a": 1e300 } }),
        json!({ "steps": [says("a", 0.5, 1.0)], "input": "\u{0}" }),
    ] {
        let answer = world.post(RUNS, bad.clone()).await;
        assert_eq!(answer.status, 422, "{bad}: {}", answer.snapshot());
    }
    let long = "ä".repeat(8_000);
    let steps: Vec<Value> = (0..16).map(|n| json!({ "kind": "model", "id": format!("s{n}"), "model": "gpt", "instructions": long, "maxTokens": 10 })).collect();
    assert_eq!(world.post(RUNS, json!({ "steps": steps })).await.at("/errors/0/code"), json!("INVALID_LENGTH"));
    let nobody = json!({ "steps": [{ "kind": "agent", "id": "a", "agentId": "agt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "task": "Look." }] });
    let answer = world.post(RUNS, nobody).await;
    assert_eq!(
        (answer.status.as_u16(), answer.text("/errors/0/pointer").as_str()),
        (404, "/steps/0/agentId"),
        "{}",
        answer.snapshot()
    );
    assert!(!world.stack.everything().await.contains("#AIRUN#"));
}

#[tokio::test]
async fn a_cancelled_run_decides_nothing_and_is_told_of_once() {
    let world = World::open().await;
    let made = world
        .post(RUNS, json!({ "steps": [gpt("a")], "ensemble": { "rule": "median", "buyAt": 0.6, "sellAt": 0.4 } }))
        .await;
    let path = format!("{RUNS}/{}", made.text("/data/id"));
    let running = world.post(&format!("{path}/outcome"), json!({ "happened": true })).await;
    assert_eq!(running.text("/code"), "AI_RUN_RUNNING");
    for _ in 0..2 {
        let answer = world.act(Method::POST, &format!("{path}/cancel")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text("/data/status").as_str()),
            (200, "cancelled"),
            "{}",
            answer.snapshot()
        );
        assert_eq!(answer.at("/data/decision/heldBy"), json!("cancelled"));
    }
    assert_eq!((world.told().await, world.due().await), (1, 0));
    let nothing = world.post(&format!("{path}/outcome"), json!({ "happened": true })).await;
    assert_eq!(nothing.text("/code"), "AI_RUN_NOTHING_TO_SCORE");
}

#[tokio::test]
async fn what_happened_is_scored_once_and_weighs_what_is_stacked() {
    let world = World::open().await;
    for _ in 0..10 {
        let made = world.post(RUNS, three("weighted_mean")).await;
        let path = format!("{RUNS}/{}/outcome", made.text("/data/id"));
        for _ in 0..2 {
            let answer = world.post(&path, json!({ "happened": true })).await;
            assert_eq!(
                (answer.status.as_u16(), answer.at("/data/outcome/happened")),
                (200, json!(true)),
                "{}",
                answer.snapshot()
            );
        }
        assert_eq!(world.post(&path, json!({ "happened": false })).await.text("/code"), "AI_RUN_OUTCOME_KNOWN");
    }
    let board = world.get("/api/v1/ai/scoreboard").await;
    let models: Vec<String> = (0..3).map(|place| board.text(&format!("/data/{place}/model"))).collect();
    assert_eq!(models, ["local:a", "local:b", "local:c"], "{}", board.snapshot());
    assert_eq!(
        (board.at("/data/0/count"), board.at("/data/0/accuracy"), board.at("/data/2/accuracy")),
        (json!(10), json!(1), json!(0))
    );
    // (1 - .7)² = .09, and .01 / (.09 + .01) = .1.
    assert_eq!(
        (board.at("/data/0/brier"), board.at("/data/0/rollingBrier"), board.at("/data/0/weight")),
        (json!(0.09), json!(0.09), json!(0.1))
    );
    assert_eq!(board.at("/data/0/calibration/7"), json!({ "count": 10, "said": 0.7, "cameTrue": 1 }));
    assert_eq!(world.get("/api/v1/ai/scoreboard?limit=1").await.at("/data").as_array().map(Vec::len), Some(1));
    // .1 x .7 + .047059 x .55 + .027027 x .4, of their sum.
    let stacked = world.post(RUNS, three("stacked")).await;
    assert_eq!(stacked.at("/data/decision/probability"), json!(0.612_877), "{}", stacked.snapshot());
    let theirs = world.client.get("/api/v1/ai/scoreboard").bearer(&world.other.token).send().await;
    assert_eq!(theirs.at("/data"), json!([]));
}

#[tokio::test]
async fn runs_are_the_tenants_own_and_for_its_staff() {
    let world = World::open().await;
    let made = world.post(RUNS, three("median")).await;
    let path = format!("{RUNS}/{}", made.text("/data/id"));
    let unknown = format!("{RUNS}/air_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
    for path in [&path, &unknown] {
        let theirs = world.client.get(path.as_str()).bearer(&world.other.token).send().await;
        assert_eq!((theirs.status.as_u16(), theirs.text("/code").as_str()), (404, "NOT_FOUND"));
        let cancel = world.client.call(Method::POST, format!("{path}/cancel")).bearer(&world.other.token);
        assert_eq!(cancel.send().await.status, 404);
        let outcome = world.client.post(format!("{path}/outcome"), json!({ "happened": true }));
        assert_eq!(outcome.bearer(&world.other.token).send().await.status, 404);
    }
    for path in [RUNS, path.as_str(), "/api/v1/ai/scoreboard", "/api/v1/ai/agents"] {
        assert_eq!(world.client.get(path).bearer(&world.customer.token).send().await.status, 403, "{path}");
        assert_eq!(world.client.get(path).send().await.status, 401, "{path}");
    }
    let theirs = world.client.get(RUNS).bearer(&world.other.token).send().await;
    assert_eq!(theirs.at("/data"), json!([]));
    let agents = world.post("/api/v1/ai/agents", agent(&[])).await;
    let borrowed =
        json!({ "steps": [{ "kind": "agent", "id": "a", "agentId": agents.at("/data/id"), "task": "Look." }] });
    let call = world.client.post(RUNS, borrowed).bearer(&world.other.token).idempotency_key("x");
    assert_eq!(call.send().await.status, 404);
}

#[tokio::test]
async fn the_templates_grant_the_function_what_it_needs() {
    let mut world = World::open().await;
    world.client = testkit::Client::new(crate::function(world.stack.granted("ai-orchestrator-api")));
    let made = world.post(RUNS, three("stacked")).await;
    assert_eq!(made.status, 201, "{}", made.snapshot());
    let path = format!("{RUNS}/{}", made.text("/data/id"));
    let agent = world.post("/api/v1/ai/agents", agent(&["calculator"])).await;
    let steps = json!([gpt("a"), { "kind": "agent", "id": "b", "agentId": agent.at("/data/id"), "task": "Look." }]);
    let running = world.post(RUNS, json!({ "steps": steps, "input": "The rate is kept." })).await;
    assert_eq!((agent.status.as_u16(), running.status.as_u16()), (201, 202), "{}", running.snapshot());
    let cancel = format!("{RUNS}/{}/cancel", running.text("/data/id"));
    assert_eq!(world.act(Method::POST, &cancel).await.status, 200);
    assert_eq!(world.post(&format!("{path}/outcome"), json!({ "happened": true })).await.status, 200);
    for path in [RUNS, path.as_str(), &cancel.replace("/cancel", ""), "/api/v1/ai/agents", "/api/v1/ai/scoreboard"] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.snapshot());
    }
    let agent = format!("/api/v1/ai/agents/{}", agent.text("/data/id"));
    assert_eq!(world.act(Method::DELETE, &agent).await.status, 200);
}

#[tokio::test]
async fn outcomes_at_once_are_each_counted_once() {
    let world = World::open().await;
    let mut paths = Vec::new();
    for _ in 0..4 {
        let made = world.post(RUNS, three("median")).await;
        paths.extend([(); 2].map(|()| format!("{RUNS}/{}/outcome", made.text("/data/id"))));
    }
    let calls = paths.iter().map(|path| world.post(path, json!({ "happened": true })));
    let answers = futures::future::join_all(calls).await;
    assert!(
        answers.iter().all(|answer| answer.status == 200),
        "{:?}",
        answers.iter().map(|one| one.status).collect::<Vec<_>>()
    );
    let board = world.get("/api/v1/ai/scoreboard").await;
    assert_eq!([0, 1, 2].map(|place| board.at(&format!("/data/{place}/count"))), [json!(4), json!(4), json!(4)]);
}
