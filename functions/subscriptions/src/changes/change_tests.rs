use futures::future::join_all;
use identity::Role;
use serde_json::{Value, json};
use testkit::{Answer, Member};

use crate::world::World;

async fn post(world: &World, member: &Member, id: &str, what: &str, key: &str, body: Value) -> Answer {
    world.post(member, &format!("/api/v1/subscriptions/{id}/{what}"), key, body).await
}

async fn events(world: &World, name: &str) -> usize {
    world.stack.rows().await.into_iter().filter(|row| row["type"] == name).count()
}

#[tokio::test]
async fn a_customer_cancels_and_thinks_better_of_it() {
    let world = World::open().await;
    let id = world.subscribed(&world.customer, "k1", "BASIC", "IDR").await;
    let body = json!({ "reason": "too_expensive" });
    let cancelled = post(&world, &world.customer, &id, "cancel", "k2", body.clone()).await;
    assert_eq!((cancelled.status.as_u16(), cancelled.text("/data/status").as_str()), (200, "active"));
    assert_eq!(cancelled.at("/data/scheduled"), json!({ "on": "2026-12-21", "change": "cancel" }));
    let replayed = post(&world, &world.customer, &id, "cancel", "k2", body.clone()).await;
    assert_eq!(replayed.body, cancelled.body);
    let again = post(&world, &world.customer, &id, "cancel", "k3", json!({})).await;
    assert_eq!((again.status.as_u16(), again.header("etag")), (200, cancelled.header("etag")), "it is cancelled");
    assert_eq!(events(&world, "subscription.change_scheduled").await, 1);

    let kept = post(&world, &world.customer, &id, "reactivate", "k4", json!({})).await;
    assert_eq!((kept.status.as_u16(), kept.at("/data/scheduled")), (200, Value::Null));
    let again = post(&world, &world.customer, &id, "reactivate", "k5", json!({})).await;
    assert_eq!(again.header("etag"), kept.header("etag"), "nothing waited");
    assert_eq!(events(&world, "subscription.change_withdrawn").await, 1);
}

#[tokio::test]
async fn another_plan_waits_for_the_boundary_and_cannot_be_had_twice() {
    let world = World::open().await;
    let id = world.subscribed(&world.customer, "k1", "BASIC", "IDR").await;
    let changed =
        post(&world, &world.customer, &id, "change", "k2", json!({ "planKey": "PREMIUM", "at": "period_end" })).await;
    assert_eq!((changed.status.as_u16(), changed.text("/data/planKey").as_str()), (200, "BASIC"));
    let expected = json!({
        "on": "2026-12-21", "change": "plan", "planKey": "PREMIUM", "planVersion": 1, "quantity": 1, "interval": "month"
    });
    assert_eq!(changed.at("/data/scheduled"), expected);
    let premium = json!({ "planKey": "PREMIUM", "currency": "IDR" });
    let taken = world.subscribe(&world.customer, "k3", premium.clone()).await;
    assert_eq!((taken.status.as_u16(), taken.text("/code").as_str()), (409, "ALREADY_SUBSCRIBED"));
    // A later wish replaces it, and the plan is free again.
    let yearly = post(&world, &world.customer, &id, "change", "k4", json!({ "interval": "year" })).await;
    assert_eq!(yearly.at("/data/scheduled/interval"), json!("year"), "{}", yearly.snapshot());
    assert_eq!(world.subscribe(&world.customer, "k5", premium).await.status, 201);
    let taken = post(&world, &world.customer, &id, "change", "k6", json!({ "planKey": "PREMIUM" })).await;
    assert_eq!((taken.status.as_u16(), taken.text("/code").as_str()), (409, "ALREADY_SUBSCRIBED"));
}

#[tokio::test]
async fn what_cannot_be_changed_says_why() {
    let world = World::open().await;
    let id = world.subscribed(&world.customer, "k1", "BASIC", "IDR").await;
    for (at, (body, status, code)) in [
        (json!({}), 422, "NOTHING_TO_CHANGE"),
        (json!({ "planKey": "BASIC" }), 422, "NOTHING_TO_CHANGE"),
        (json!({ "quantity": 2 }), 422, "QUANTITY_NOT_OFFERED"),
        (json!({ "interval": "quarter" }), 422, "PLAN_NOT_OFFERED"),
        (json!({ "planKey": "GOLD" }), 422, "VALIDATION_FAILED"),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = post(&world, &world.customer, &id, "change", &format!("c{at}"), body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (status, code), "{body}");
    }
    let cancel = post(&world, &world.customer, &id, "cancel", "k2", json!({ "at": "tomorrow" })).await;
    assert_eq!(cancel.text("/errors/0/pointer"), "/at");
    let cancel = post(&world, &world.customer, &id, "cancel", "k3", json!({ "credit": true })).await;
    assert_eq!(cancel.text("/errors/0/pointer"), "/credit");
}

#[tokio::test]
async fn nobody_changes_what_is_somebody_elses() {
    let world = World::open().await;
    let id = world.subscribed(&world.customer, "k1", "BASIC", "IDR").await;
    let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    for (at, member) in [&other, &stranger].into_iter().enumerate() {
        for (what, body) in [
            ("cancel", json!({})),
            ("cancel", json!({ "at": "now" })),
            ("reactivate", json!({})),
            ("change", json!({ "planKey": "PREMIUM" })),
            ("change-preview", json!({ "planKey": "PREMIUM" })),
            ("pause", json!({})),
            ("resume", json!({})),
        ] {
            let answer =
                post(&world, member, &id, what, &format!("{what}{at}{}", body.get("at").is_some()), body).await;
            assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (404, "NOT_FOUND"), "{what}");
        }
    }
    let staff = post(&world, &world.owner, &id, "cancel", "k2", json!({})).await;
    assert_eq!(staff.status, 200);
}

#[tokio::test]
async fn ten_at_once_are_cancelled_once() {
    let world = World::open().await;
    let id = world.subscribed(&world.customer, "k1", "BASIC", "IDR").await;
    let keys: Vec<String> = (0..10).map(|number| format!("c{number}")).collect();
    let answers = join_all(keys.iter().map(|key| post(&world, &world.customer, &id, "cancel", key, json!({})))).await;
    assert!(answers.iter().all(|answer| [200, 409].contains(&answer.status.as_u16())));
    assert!(answers.iter().any(|answer| answer.status == 200));
    assert_eq!(events(&world, "subscription.change_scheduled").await, 1);
}

#[tokio::test]
async fn what_costs_more_holds_from_now_on_and_what_costs_less_from_the_boundary() {
    let world = World::open().await;
    let id = world.subscribed(&world.customer, "k1", "BASIC", "IDR").await;
    let up = post(&world, &world.customer, &id, "change", "k2", json!({ "planKey": "PREMIUM" })).await;
    assert_eq!((up.status.as_u16(), up.text("/data/planKey").as_str()), (200, "PREMIUM"), "{}", up.snapshot());
    assert_eq!(up.at("/data/scheduled"), Value::Null);
    let again = post(&world, &world.customer, &id, "change", "k2", json!({ "planKey": "PREMIUM" })).await;
    assert_eq!(again.body, up.body);
    let down = post(&world, &world.customer, &id, "change", "k3", json!({ "planKey": "BASIC" })).await;
    assert_eq!(down.text("/data/planKey"), "PREMIUM");
    assert_eq!(down.text("/data/scheduled/planKey"), "BASIC");
    assert_eq!(
        (events(&world, "subscription.plan_changed").await, events(&world, "subscription.change_scheduled").await),
        (1, 1)
    );
    // The plan that is left is free for another subscription, the one that was taken is not.
    let body = |plan| json!({ "planKey": plan, "currency": "IDR" });
    let taken = world.subscribe(&world.customer, "k4", body("PREMIUM")).await;
    assert_eq!(taken.text("/code"), "ALREADY_SUBSCRIBED");
}

#[tokio::test]
async fn a_subscription_is_paused_resumed_and_cancelled_at_once() {
    let world = World::open().await;
    let id = world.subscribed(&world.customer, "k1", "BASIC", "IDR").await;
    let paused = post(&world, &world.customer, &id, "pause", "k2", json!({})).await;
    assert_eq!((paused.status.as_u16(), paused.text("/data/status").as_str()), (200, "paused"));
    for (what, key) in [("pause", "k3"), ("change", "k4"), ("reactivate", "k5")] {
        let body = if what == "change" { json!({ "planKey": "PREMIUM" }) } else { json!({}) };
        let refused = post(&world, &world.customer, &id, what, key, body).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "SUBSCRIPTION_STATUS"), "{what}");
        assert!(refused.text("/detail").contains("it can be resumed or cancelled"), "{}", refused.snapshot());
    }
    let resumed = post(&world, &world.customer, &id, "resume", "k6", json!({})).await;
    assert_eq!(
        (resumed.text("/data/status").as_str(), resumed.text("/data/currentPeriod/start").as_str()),
        ("active", "2026-11-22")
    );
    let over = post(&world, &world.customer, &id, "cancel", "k7", json!({ "at": "now", "reason": "unused" })).await;
    assert_eq!((over.text("/data/status").as_str(), over.at("/data/scheduled")), ("cancelled", Value::Null));
    let again = post(&world, &world.customer, &id, "cancel", "k8", json!({ "at": "now" })).await;
    assert_eq!(again.text("/code"), "SUBSCRIPTION_STATUS");
    for (event, count) in [("subscription.paused", 1), ("subscription.resumed", 1), ("subscription.cancelled", 1)] {
        assert_eq!(events(&world, event).await, count, "{event}");
    }
}

#[tokio::test]
async fn a_preview_says_what_a_change_would_cost_and_changes_nothing() {
    let world = World::open().await;
    let id = world.subscribed(&world.customer, "k1", "BASIC", "IDR").await;
    let body = json!({ "planKey": "PREMIUM" });
    let path = format!("/api/v1/subscriptions/{id}/change-preview");
    let preview = world.client.post(&path, body).bearer(&world.customer.token).send().await;
    assert_eq!((preview.status.as_u16(), preview.text("/data/at").as_str()), (200, "now"), "{}", preview.snapshot());
    assert_eq!(preview.text("/data/subscription/planKey"), "PREMIUM");
    let lines = preview.at("/data/invoice/lines");
    assert_eq!(lines.as_array().unwrap().len(), 1, "the first fee was not invoiced yet: {lines}");
    let shown = world.client.get(format!("/api/v1/subscriptions/{id}")).bearer(&world.customer.token).send().await;
    assert_eq!((shown.text("/data/planKey").as_str(), shown.header("etag")), ("BASIC", "\"1\""));
}
