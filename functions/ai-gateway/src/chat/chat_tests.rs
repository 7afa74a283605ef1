//! Whole answers through the router: what they cost, who may have them, and what is refused before anybody is asked.

use allowances::Quota;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::world::{World, ask, settings};

fn refused(answer: &testkit::Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

#[tokio::test]
async fn ai_t25_an_answer_says_what_it_cost_and_leaves_one_row_and_one_interaction() {
    let world = World::with(json!({})).await;
    let answer = world.chat(ask("small")).await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    assert_eq!(answer.at("/choices/0/message/content"), json!("Halo!"));
    assert_eq!((answer.header("x-cost"), answer.header("x-provider")), ("0.0058125", "openai"));
    let [row] = world.used().await.try_into().unwrap();
    assert_eq!(row["costNanoUsd"], 5_812_500);
    assert_eq!(row["tokens"], json!({ "input": 500, "cacheRead": 1500, "cacheWrite": 0, "output": 500 }));
    assert_eq!((&row["model"], &row["servedBy"], &row["attempts"]), (&json!("small"), &json!("m-1"), &json!(1)));
    assert!(row["by"].as_str().unwrap().starts_with("key_"));
    assert_eq!(world.interactions().await, 1);
    let [call] = world.upstream.calls().try_into().unwrap();
    assert_eq!((&call["path"], &call["key"]), (&json!("/v1/chat/completions"), &json!("Bearer sk-secret-abcdefx9Qz")));
    assert_eq!(call["body"]["model"], "m-1");
}

#[tokio::test]
async fn what_is_not_set_up_is_refused_before_the_call_in_the_shape_that_clients_read() {
    let world = World::with(json!({})).await;
    for (body, status, code, kind) in [
        (ask("gpt-nobody"), 400, "AI_MODEL_UNKNOWN", "invalid_request_error"),
        (ask("vectors"), 400, "AI_REQUEST_MALFORMED", "invalid_request_error"),
        (json!({ "model": "small", "messages": [] }), 400, "AI_REQUEST_MALFORMED", "invalid_request_error"),
        (json!({ "model": "small" }), 422, "VALIDATION_FAILED", "invalid_request_error"),
    ] {
        let answer = world.chat(body.clone()).await;
        assert_eq!(refused(&answer), (status, code.to_owned()), "{body}: {}", answer.snapshot());
        assert_eq!(answer.text("/error/type"), kind);
        assert_eq!(answer.text("/error/source"), "gateway");
        assert!(!answer.text("/error/message").is_empty());
    }
    let stranger = world.chat_as("sk_live_nothing", ask("small")).await;
    assert_eq!((stranger.status.as_u16(), stranger.text("/error/type")), (401, "authentication_error".to_owned()));
    assert_eq!(world.upstream.calls(), [Value::Null; 0]);
    assert_eq!((world.used().await.len(), world.interactions().await), (0, 0));
}

#[tokio::test]
async fn nobody_reaches_the_models_of_another_tenant() {
    let world = World::with(json!({ "cacheSeconds": 60 })).await;
    assert_eq!(world.chat(ask("small")).await.status, 200);
    let (_, other) = world.stack.tenant("toko-b").await;
    let theirs = world.stack.api_key(&other, &["ai:use"]).await;
    assert_eq!(refused(&world.chat_as(&theirs, ask("small")).await), (400, "AI_MODEL_UNKNOWN".to_owned()));
    let models = world.client.get("/api/v1/ai/models").bearer(&theirs).send().await;
    assert_eq!(models.at("/data"), json!([]));
    let usage = world.client.get("/api/v1/ai/usage").bearer(&other.token).send().await;
    assert_eq!(usage.at("/data/total/requests"), json!(0));
}

#[tokio::test]
async fn ai_t26_a_chain_goes_on_to_the_next_and_only_who_answers_is_billed() {
    let prices = json!({ "input": 1, "cacheRead": 1, "cacheWrite": 1, "output": 1 });
    let targets = json!([
        { "provider": "main", "model": "m-1", "prices": { "input": 9, "cacheRead": 9, "cacheWrite": 9, "output": 9 } },
        { "provider": "main", "model": "m-2", "prices": prices },
    ]);
    let world = World::with(json!({ "models": [{ "name": "smart", "targets": targets }] })).await;
    let unauthorized = (401, json!({ "error": { "message": "no such key sk-secret-abcdefx9Qz" } }).to_string());
    world.upstream.next([unauthorized]);
    let answer = world.chat(ask("smart")).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-cost")), (200, "0.0000025"));
    let [row] = world.used().await.try_into().unwrap();
    assert_eq!((&row["attempts"], &row["servedBy"], &row["costNanoUsd"]), (&json!(2), &json!("m-2"), &json!(2500)));
}

#[tokio::test]
async fn what_nobody_answers_costs_nothing_and_is_no_interaction() {
    let world = World::with(json!({ "monthNanoUsd": 1_000_000_000 })).await;
    let bad =
        (400, json!({ "error": { "message": "temperature is too hot", "type": "invalid_request_error" } }).to_string());
    world.upstream.next([bad]);
    let answer = world.chat(ask("small")).await;
    assert_eq!(refused(&answer), (400, "AI_REJECTED".to_owned()));
    assert_eq!(answer.text("/error/source"), "provider");
    assert!(answer.text("/error/message").contains("too hot"));
    world.upstream.next([(401, "{}".to_owned())]);
    let answer = world.chat(ask("small")).await;
    assert_eq!(refused(&answer), (503, "AI_PROVIDER_ACCOUNT".to_owned()), "{}", answer.snapshot());
    assert_eq!(world.interactions().await, 0);
    let rows = world.used().await;
    assert!(rows.iter().all(|row| row["outcome"] == "failed" && row["costNanoUsd"] == 0), "{rows:?}");
    let usage = world.get("usage").await;
    assert_eq!(usage.at("/data/total/failed"), json!(2));
    assert_eq!(usage.at("/data/budget/heldNanoUsd"), json!(0));
}

#[tokio::test]
async fn the_plan_of_the_tenant_limits_interactions() {
    let world = World::with(json!({})).await;
    world.stack.limited(world.owner.scope, 7, &[("aiInteractionsPerMonth", Quota::AtMost(1))]).await;
    assert_eq!(world.chat(ask("small")).await.status, 200);
    let answer = world.chat(ask("small")).await;
    assert_eq!(answer.text("/code"), "QUOTA_EXCEEDED");
    assert_eq!(
        (answer.text("/error/type"), answer.header("x-should-retry")),
        ("insufficient_quota".to_owned(), "false")
    );
    assert_eq!((world.upstream.calls().len(), world.interactions().await), (1, 1));
}

#[tokio::test]
async fn ai_t28_parallel_callers_never_pass_the_budget() {
    // A request holds 36 tokens read at most and 100 written: 1,045,000 nano-dollars; and costs 5,812,500 as the provider counts.
    let world = World::with(json!({ "monthNanoUsd": 4_000_000 })).await;
    let answers = join_all((0..5).map(|_| world.chat(ask("small")))).await;
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    assert!((1..=3).contains(&done), "{done}");
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(refused(answer), (429, "AI_BUDGET_EXCEEDED".to_owned()));
        assert_eq!(answer.header("x-should-retry"), "false");
    }
    assert_eq!(world.interactions().await, i64::try_from(done).unwrap());
    assert_eq!(world.used().await.len(), done);
    let before = world.upstream.calls().len();
    assert_eq!(refused(&world.chat(ask("small")).await), (429, "AI_BUDGET_EXCEEDED".to_owned()), "it is spent");
    assert_eq!(world.upstream.calls().len(), before);
}

#[tokio::test]
async fn where_money_is_held_an_answer_is_bounded() {
    let world = World::with(json!({ "monthNanoUsd": 1_000_000_000_000_i64 })).await;
    let mut open = ask("small");
    open.as_object_mut().unwrap().remove("max_tokens");
    assert_eq!(world.chat(open.clone()).await.status, 200);
    assert_eq!(world.upstream.calls()[0]["body"]["max_completion_tokens"], 16_384);
    let world = World::with(json!({})).await;
    assert_eq!(world.chat(open).await.status, 200);
    let sent = &world.upstream.calls()[0]["body"];
    assert!(sent.get("max_completion_tokens").is_none() && sent.get("max_tokens").is_none(), "{sent}");
}

#[expect(clippy::needless_pass_by_value, reason = "what a test writes out, at the call without a &")]
fn free(policy: &str, more: Value) -> Value {
    let mut tier = json!({ "plan": "FREE", "models": ["small"], "policy": policy });
    for (name, value) in more.as_object().unwrap() {
        tier[name] = value.clone();
    }
    json!({ "tiers": [tier] })
}

#[tokio::test]
async fn ai_t28_a_free_customer_that_asks_for_a_top_model_is_refused_or_gets_a_smaller_one() {
    let world = World::with(free("refuse", json!({}))).await;
    let token = world.customer.token.clone();
    assert_eq!(
        refused(&world.chat_as(&token, ask("small")).await),
        (403, "AI_MODEL_NOT_IN_PLAN".to_owned()),
        "no plan, no model"
    );
    world.customer_has("FREE").await;
    assert_eq!(world.chat_as(&token, ask("small")).await.status, 200);
    assert_eq!(refused(&world.chat_as(&token, ask("top")).await), (403, "AI_MODEL_NOT_IN_PLAN".to_owned()));
    let models = world.client.get("/api/v1/ai/models").bearer(&token).send().await;
    assert_eq!(models.at("/data/0/id"), json!("small"));
    assert_eq!(models.at("/data").as_array().unwrap().len(), 1);
    assert_eq!(
        world.put(crate::world::settings_with(free("downgrade", json!({ "downgradeTo": "small" })))).await.status,
        200
    );
    let answer = world.chat_as(&token, ask("top")).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-model-substituted")), (200, "small"));
    assert_eq!(world.upstream.calls().last().unwrap()["body"]["model"], "m-1");
    assert_eq!(world.chat(ask("top")).await.header("x-model-substituted"), "", "a server is in no tier");
    assert_eq!(world.client.get("/api/v1/ai/usage").bearer(&token).send().await.status, 403);
}

#[tokio::test]
async fn a_tier_limits_requests_tokens_and_money_of_each_holder() {
    let world = World::with(free("refuse", json!({ "requestsPerMinute": 2 }))).await;
    world.customer_has("FREE").await;
    let token = world.customer.token.clone();
    for status in [200, 200, 429] {
        assert_eq!(world.chat_as(&token, ask("small")).await.status.as_u16(), status);
    }
    assert_eq!(world.chat(ask("small")).await.status, 200, "the server is in no tier");
    let world = World::with(free("refuse", json!({ "tokensPerMinute": 200 }))).await;
    world.customer_has("FREE").await;
    let token = world.customer.token.clone();
    for status in [200, 429] {
        assert_eq!(world.chat_as(&token, ask("small")).await.status.as_u16(), status);
    }
    let world = World::with(free("refuse", json!({ "monthNanoUsd": 2_000_000 }))).await;
    world.customer_has("FREE").await;
    let token = world.customer.token.clone();
    for status in [200, 429] {
        assert_eq!(world.chat_as(&token, ask("small")).await.status.as_u16(), status);
    }
    assert_eq!(world.chat(ask("small")).await.status, 200);
}

#[tokio::test]
async fn the_same_request_is_answered_from_what_was_kept() {
    let world = World::with(json!({ "cacheSeconds": 60 })).await;
    let first = world.chat(ask("small")).await;
    assert_eq!((first.header("x-cache"), first.header("x-cost")), ("miss", "0.0058125"));
    let again = world.chat(ask("small")).await;
    assert_eq!((again.header("x-cache"), again.header("x-cost")), ("hit", "0"));
    assert_eq!(again.json(), first.json());
    assert_eq!((world.upstream.calls().len(), world.interactions().await), (1, 2));
    let mut other = ask("small");
    other["temperature"] = json!(1);
    assert_eq!(world.chat(other).await.header("x-cache"), "miss");
    let usage = world.get("usage?groupBy=model").await;
    assert_eq!(usage.at("/data/rows/0/cached"), json!(1));
    assert_eq!(usage.at("/data/rows/0/costUsd"), json!("0.011625"));
    world.stack.set_clock("2026-11-21T01:01:01Z");
    assert_eq!(world.chat(ask("small")).await.header("x-cache"), "miss", "its time is over");
    // Other settings may mean another model under the same name.
    assert_eq!(world.put(crate::world::settings_with(json!({ "cacheSeconds": 61 }))).await.status, 200);
    assert_eq!(world.chat(ask("small")).await.header("x-cache"), "miss");
    let plain = World::with(json!({})).await;
    assert_eq!(plain.chat(ask("small")).await.header("x-cache"), "", "nothing is kept unasked");
}

#[tokio::test]
async fn usage_is_summed_by_day_model_and_caller() {
    let world = World::with(json!({ "monthNanoUsd": 1_000_000_000 })).await;
    for model in ["small", "small", "top"] {
        assert_eq!(world.chat(ask(model)).await.status, 200);
    }
    world.stack.set_clock("2026-11-22T01:00:00Z");
    let token = world.stack.sign_in(&world.owner).await;
    assert_eq!(world.chat_as(&token, ask("top")).await.status, 200);
    let get = async |query: &str| world.client.get(format!("/api/v1/ai/usage{query}")).bearer(&token).send().await;
    let all = get("").await;
    assert_eq!(all.at("/data/total/requests"), json!(4), "{}", all.snapshot());
    assert_eq!(all.at("/data/budget/spentNanoUsd"), json!(4 * 5_812_500));
    let days = get("?groupBy=day").await;
    assert_eq!((days.at("/data/rows/0/key"), days.at("/data/rows/0/requests")), (json!("2026-11-21"), json!(3)));
    assert_eq!(days.at("/data/rows/1/key"), json!("2026-11-22"));
    let keys = get("?groupBy=key&from=2026-11-22&to=2026-11-22").await;
    assert_eq!(keys.at("/data/rows/0/key"), json!(world.owner.user));
    assert_eq!(keys.at("/data/rows").as_array().unwrap().len(), 1);
    for bad in ["?from=2026-11-23", "?from=2026-01-01&to=2026-11-01", "?groupBy=colour"] {
        assert_eq!(get(bad).await.status, 422, "{bad}");
    }
}

#[tokio::test]
async fn vectors_are_made_and_paid_for() {
    let world = World::with(json!({ "monthNanoUsd": 1_000_000 })).await;
    let body = json!({ "model": "vectors", "input": "halo" });
    let answer = world.client.post("/api/v1/ai/embeddings", body).bearer(&world.key).send().await;
    assert_eq!((answer.status.as_u16(), answer.header("x-cost")), (200, "0.00000008"), "{}", answer.snapshot());
    assert_eq!(answer.at("/data/0/embedding"), json!([1, 0]));
    let [row] = world.used().await.try_into().unwrap();
    assert_eq!((&row["work"], &row["costNanoUsd"]), (&json!("embedding"), &json!(80)));
    let other = json!({ "model": "small", "input": "halo" });
    let other = world.client.post("/api/v1/ai/embeddings", other).bearer(&world.key).send().await;
    assert_eq!(other.status, 200, "whether a model of one's own makes vectors is for its server to say");
}

#[tokio::test]
async fn no_prompt_and_no_key_is_stored_in_the_open() {
    let world = World::with(json!({ "cacheSeconds": 60 })).await;
    let mut body = ask("small");
    body["messages"][0]["content"] = json!("my card is 4111111111111111");
    assert_eq!(world.chat(body).await.status, 200);
    let everything = world.stack.everything().await;
    for secret in ["4111111111111111", "Halo!", "sk-secret"] {
        assert!(!everything.contains(secret), "{secret}");
    }
    assert!(settings().to_string().contains("sk-secret"), "the key is what it is looked for");
}

#[tokio::test]
async fn the_examples_of_the_document_are_taken_as_they_stand() {
    let document = serde_json::to_value(crate::endpoints().document()).unwrap();
    let world = World::empty().await;
    let example = &document["components"]["schemas"]["ReplaceAiSettings"]["example"];
    let put = world.put(example.clone()).await;
    assert_eq!(put.status, 200, "{}", put.snapshot());
    let vectors = json!([{ "provider": "main", "model": "text-embedding-3-small" }]);
    let mut models = settings()["models"].clone();
    models[0]["name"] = json!("gpt-4o-mini");
    models[2] = json!({ "name": "text-embedding-3-small", "targets": vectors });
    let put = world.put(crate::world::settings_with(json!({ "models": models }))).await;
    assert_eq!(put.status, 200, "{}", put.snapshot());
    let mut taken = 0;
    for path in ["/api/v1/ai/chat/completions", "/api/v1/ai/embeddings"] {
        let examples = &document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"];
        for (name, example) in examples.as_object().unwrap() {
            let answer = world.client.post(path, example["value"].clone()).bearer(&world.key).send().await;
            assert_eq!(answer.status, 200, "{path} {name}: {}", answer.snapshot());
            taken += 1;
        }
    }
    assert_eq!(taken, 3);
}
