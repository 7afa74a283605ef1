//! Settings through the router: keys go in and never come out.

use http::Method;
use serde_json::{Value, json};

use crate::world::{World, ask, settings, settings_with};

async fn secrets(world: &World) -> Vec<Value> {
    let rows = world.stack.rows().await;
    rows.into_iter().filter(|row| row["SK"].as_str().is_some_and(|key| key.starts_with("KEY#aik_"))).collect()
}

#[tokio::test]
async fn settings_are_shown_as_they_were_sent_but_for_keys() {
    let world = World::empty().await;
    let before = world.get("settings").await;
    assert_eq!((before.status.as_u16(), before.header("etag")), (200, "\"0\""));
    assert_eq!(before.at("/data/providers"), json!([]));
    let put = world.put(settings()).await;
    assert_eq!((put.status.as_u16(), put.header("etag")), (200, "\"1\""), "{}", put.snapshot());
    assert_eq!(put.at("/data/providers/0/keyLast4"), json!("x9Qz"));
    assert!(!put.snapshot().contains("abcdef"), "{}", put.snapshot());
    assert_eq!(world.get("settings").await.at("/data"), put.at("/data"));
    assert_eq!(put.at("/data/models/0/targets"), settings()["models"][0]["targets"]);
    assert_eq!(world.client.get("/api/v1/ai/settings").bearer(&world.customer.token).send().await.status, 403);
    assert_eq!(world.client.get("/api/v1/ai/settings").bearer(&world.key).send().await.status, 403);
    let stale = world.client.call(Method::PUT, "/api/v1/ai/settings").bearer(&world.owner.token);
    assert_eq!(stale.header("if-match", "\"7\"").json(settings()).send().await.status, 412);
}

#[tokio::test]
async fn a_provider_keeps_its_key_until_another_one_is_given() {
    let world = World::with(json!({})).await;
    let mut again = settings();
    again["providers"][0].as_object_mut().unwrap().remove("key");
    assert_eq!(world.put(again.clone()).await.at("/data/providers/0/keyLast4"), json!("x9Qz"));
    assert_eq!(world.chat(ask("small")).await.status, 200);
    again["providers"][0]["key"] = json!("sk-another-one-1234");
    assert_eq!(world.put(again).await.at("/data/providers/0/keyLast4"), json!("1234"));
    assert_eq!(world.chat(ask("small")).await.status, 200);
    assert_eq!(world.upstream.calls().last().unwrap()["key"], "Bearer sk-another-one-1234");
    assert_eq!(secrets(&world).await.len(), 2, "a call with the former one may be under way");
    world.stack.set_clock("2026-11-21T01:11:00Z");
    let mut third = settings();
    third["providers"][0].as_object_mut().unwrap().remove("key");
    assert_eq!(world.put(third).await.status, 200);
    assert_eq!(secrets(&world).await.len(), 1);
    assert_eq!(world.chat(ask("small")).await.status, 200);
}

#[tokio::test]
async fn a_key_is_never_sent_elsewhere_than_where_it_is_for() {
    let world = World::with(json!({})).await;
    for (kind, base_url) in [("compatible", json!("https://thief.example.com/v1")), ("anthropic", Value::Null)] {
        let mut moved = settings();
        let provider = json!({ "name": "main", "kind": kind, "baseUrl": base_url });
        moved["providers"] = json!([provider]);
        let answer = world.put(moved).await;
        let last4 = answer.at("/data/providers/0/keyLast4");
        assert!(last4.is_null(), "{kind}: {}", answer.snapshot());
    }
}

#[tokio::test]
async fn what_cannot_be_accepted_is_named_and_keeps_no_key() {
    let world = World::empty().await;
    for (pointer, value, named) in [
        ("/providers/0/key", json!("short"), "/providers/0/key"),
        ("/providers/0/key", json!("with a blank in it"), "/providers/0/key"),
        ("/providers/0/kind", json!("anthropic"), "/models/2/targets/0/model"),
        ("/models/0/targets/0/prices", Value::Null, "/models/0/targets/0/model"),
        ("/models/0/targets/0/provider", json!("other"), "/models/0/targets/0/provider"),
    ] {
        let mut bad = settings();
        *bad.pointer_mut(pointer).unwrap() = value;
        let answer = world.put(bad).await;
        assert_eq!(answer.status, 422, "{pointer}");
        let errors = answer.at("/errors");
        let pointers: Vec<&str> = errors.as_array().unwrap().iter().filter_map(|one| one["pointer"].as_str()).collect();
        assert!(pointers.contains(&named), "{pointer}: {pointers:?}");
    }
    for base_url in ["http://models.example.com/v1", "https://169.254.169.254/v1", "https://localhost/v1"] {
        let own = json!([{ "name": "main", "kind": "compatible", "baseUrl": base_url }]);
        let answer = world.put(settings_with(json!({ "providers": own }))).await;
        assert_eq!(answer.status, 422, "{base_url}");
    }
    assert_eq!(secrets(&world).await.len(), 0);
}

#[tokio::test]
async fn a_change_is_repeated_by_its_idempotency_key_and_audited() {
    let world = World::empty().await;
    let put = || {
        let call = world.client.call(Method::PUT, "/api/v1/ai/settings").bearer(&world.owner.token);
        call.idempotency_key("once").json(settings())
    };
    let (first, again) = (put().send().await, put().send().await);
    assert_eq!((first.status.as_u16(), again.header("idempotent-replayed")), (200, "true"));
    assert_eq!(first.json(), again.json());
    assert_eq!(secrets(&world).await.len(), 1);
    assert!(!world.stack.everything().await.contains("sk-secret"), "neither in rows nor in kept answers");
    let rows = world.stack.rows().await;
    assert_eq!(rows.iter().filter(|row| row["action"] == "ai_settings.replaced").count(), 1);
}
