use http::Method;
use serde_json::{Value, json};

use crate::world::{World, agent};

const AGENTS: &str = "/api/v1/ai/agents";

#[tokio::test]
async fn an_agent_is_made_changed_and_taken_away() {
    let world = World::open().await;
    let made = world.send(AGENTS, "once", agent(&["calculator", "get_product"])).await;
    assert_eq!((made.status.as_u16(), made.header("etag")), (201, "\"1\""), "{}", made.snapshot());
    assert_eq!(
        (made.at("/data/tools"), made.at("/data/maxTokens")),
        (json!(["calculator", "get_product"]), json!(1_000))
    );
    assert_eq!(world.send(AGENTS, "once", agent(&["calculator", "get_product"])).await.body, made.body);
    let path = format!("{AGENTS}/{}", made.text("/data/id"));
    let patch = async |body: Value| {
        let token = world.stack.sign_in(&world.owner).await;
        world.client.call(Method::PATCH, path.as_str()).json(body).bearer(&token).send().await
    };
    let changed = patch(json!({ "maxSteps": 8, "tools": ["calculator"] })).await;
    assert_eq!((changed.header("etag"), changed.at("/data/maxSteps")), ("\"2\"", json!(8)), "{}", changed.snapshot());
    assert_eq!(patch(json!({ "maxSteps": 8 })).await.header("etag"), "\"2\"", "nothing changes");
    for bad in [
        json!({ "maxSteps": 0 }),
        json!({ "maxSteps": 21 }),
        json!({ "tools": ["shell"] }),
        json!({ "name": "" }),
        json!({ "maxCostNanoUsd": 0 }),
    ] {
        assert_eq!(patch(bad.clone()).await.status, 422, "{bad}");
    }
    assert_eq!(world.get(&path).await.at("/data"), changed.at("/data"));
    assert_eq!(world.get(AGENTS).await.at("/data/0/id"), made.at("/data/id"));
    let theirs = world.client.call(Method::DELETE, path.as_str()).bearer(&world.other.token).send().await;
    assert_eq!(theirs.status, 404);
    assert_eq!(world.act(Method::DELETE, &path).await.at("/data/deleted"), json!(true));
    assert_eq!(world.act(Method::DELETE, &path).await.status, 404);
    assert_eq!(world.get(AGENTS).await.at("/data"), json!([]));
}

/// An agent reads for whoever asks it: who may not read invoices makes none that does, and begins no run with one.
#[tokio::test]
async fn an_agent_opens_nothing_to_whom_it_is_closed() {
    let world = World::open().await;
    let made = world.post(AGENTS, agent(&["list_invoices"])).await;
    assert_eq!(made.status, 201, "{}", made.snapshot());
    let key = world.stack.api_key(&world.owner, &["ai_runs:write"]).await;
    let call = async |path: &str, body: Value| {
        world
            .client
            .post(path, body)
            .bearer(&key)
            .idempotency_key(&format!("k{}", world.stack.ctx().new_ulid()))
            .send()
            .await
    };
    let refused = call(AGENTS, agent(&["list_invoices"])).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (403, "FORBIDDEN"), "{}", refused.snapshot());
    assert_eq!(call(AGENTS, agent(&["calculator"])).await.status, 201);
    let task = |id: Value| json!({ "steps": [{ "kind": "agent", "id": "a", "agentId": id, "task": "Look." }] });
    assert_eq!(call("/api/v1/ai/runs", task(made.at("/data/id"))).await.status, 403);
    let token = world.stack.sign_in(&world.owner).await;
    let run = world
        .client
        .post("/api/v1/ai/runs", task(made.at("/data/id")))
        .bearer(&token)
        .idempotency_key("run")
        .send()
        .await;
    assert_eq!(run.status, 202, "{}", run.snapshot());
}
