use billing::{PlanRef, Segment, Subscription, SubscriptionStatus, Subscriptions};
use futures::future::join_all;
use identity::Role;
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Answer, Client, Member};

use crate::world::World;

async fn check(world: &World, member: &Member, body: Value) -> Answer {
    world.client.post("/api/v1/entitlements/check", body).bearer(&member.token).send().await
}

fn consume(sub: &str, feature: &str, quantity: u64) -> Value {
    json!({ "subscriptionId": sub, "feature": feature, "quantity": quantity, "consume": true })
}

/// What a tenant sells at its own limits.
async fn sell(world: &World, key: &str, quotas: Value) -> String {
    let price = json!({ "currency": "IDR", "base": { "model": "flat", "amount": { "amount": 0, "currency": "IDR" } } });
    let body = json!({ "key": key, "name": key, "features": ["exports"], "meters": ["cups"], "quotas": quotas, "prices": [price] });
    world.post(&world.owner, "/api/v1/meters", "cups", json!({ "key": "cups", "name": "Cups" })).await;
    let made = world.post(&world.owner, "/api/v1/plans", key, body).await;
    assert_eq!(made.status, 201, "{}", made.snapshot());
    world.subscribed(&world.customer, &format!("sub-{key}"), key, "IDR").await
}

/// The marks that were told, in no order.
async fn told(world: &World) -> Vec<(String, u64)> {
    let rows = world.stack.rows().await;
    let told = rows.iter().filter(|row| row["type"] == "subscription.quota_reached");
    let mut told: Vec<_> = told
        .map(|row| (row["data"]["quota"].as_str().unwrap().to_owned(), row["data"]["percent"].as_u64().unwrap()))
        .collect();
    told.sort();
    told
}

#[tokio::test]
async fn what_is_consumed_is_counted_up_to_the_quota_and_no_further() {
    let world = World::open().await;
    let sub = world.subscribed(&world.customer, "k1", "FREE", "IDR").await;
    let first = check(&world, &world.owner, consume(&sub, "predictions", 49)).await;
    insta::assert_snapshot!(first.snapshot(), @r#"
    200 OK
    {
      "data": {
        "allowed": true,
        "limit": 50,
        "quota": "predictionsPerMonth",
        "reason": null,
        "remaining": 1,
        "resetsAt": "2026-11-30T17:00:00.000Z",
        "used": 49
      },
      "success": true
    }
    "#);
    let refused = check(&world, &world.owner, consume(&sub, "predictions", 2)).await;
    insta::assert_snapshot!(refused.snapshot(), @r#"
    200 OK
    {
      "data": {
        "allowed": false,
        "limit": 50,
        "quota": "predictionsPerMonth",
        "reason": "quota_exceeded",
        "remaining": 1,
        "resetsAt": "2026-11-30T17:00:00.000Z",
        "used": 49
      },
      "success": true
    }
    "#);
    let asked = check(&world, &world.customer, json!({ "feature": "predictions" })).await;
    assert_eq!((asked.at("/data/allowed"), asked.at("/data/used")), (json!(true), json!(49)), "asking counts nothing");
    assert_eq!(check(&world, &world.owner, consume(&sub, "predictions", 1)).await.at("/data/remaining"), json!(0));
    let none_left = check(&world, &world.customer, json!({ "feature": "predictions" })).await;
    assert_eq!(none_left.at("/data/allowed"), json!(false));
    assert_eq!(told(&world).await, [("predictionsPerMonth".into(), 80), ("predictionsPerMonth".into(), 100)]);
    // The next month begins by itself: 17:00Z is midnight in Jakarta.
    world.stack.set_clock("2026-11-30T17:00:00Z");
    let token = world.fresh(&world.owner).await;
    let next = world.client.post("/api/v1/entitlements/check", consume(&sub, "predictions", 1)).bearer(&token);
    let next = next.send().await;
    assert_eq!((next.at("/data/used"), next.text("/data/resetsAt")), (json!(1), "2026-12-31T17:00:00.000Z".into()));
}

#[tokio::test]
async fn a_hundred_at_once_get_what_there_is_and_each_mark_is_told_once() {
    let world = World::open().await;
    let sub = world.subscribed(&world.customer, "k1", "FREE", "IDR").await;
    let client = Client::new(crate::function(world.stack.loose()));
    let calls = (0..100).map(|n| {
        let call = client.post("/api/v1/entitlements/check", consume(&sub, "predictions", 1));
        call.bearer(&world.owner.token).idempotency_key(&format!("once-{n}")).send()
    });
    let answers = join_all(calls).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{:?}", answers.iter().find(|one| one.status != 200));
    let allowed = answers.iter().filter(|answer| answer.at("/data/allowed") == json!(true)).count();
    assert_eq!(allowed, 50);
    let read = world.client.get("/api/v1/entitlements").bearer(&world.customer.token).send().await;
    assert_eq!(read.at("/data/quotas/1/used"), json!(50));
    assert_eq!(told(&world).await, [("predictionsPerMonth".into(), 80), ("predictionsPerMonth".into(), 100)]);
}

#[tokio::test]
async fn a_repetition_counts_once_and_gets_the_first_answer() {
    let world = World::open().await;
    let sub = world.subscribed(&world.customer, "k1", "FREE", "IDR").await;
    let send = async |quantity| {
        world.post(&world.owner, "/api/v1/entitlements/check", "once", consume(&sub, "predictions", quantity)).await
    };
    let (first, again) = tokio::join!(send(50), send(50));
    let third = send(50).await;
    assert_eq!((&first.body, first.at("/data/allowed")), (&again.body, json!(true)), "twice at once, too");
    assert_eq!((&third.body, third.header("idempotent-replayed")), (&first.body, "true"));
    assert_eq!(send(1).await.text("/code"), "IDEMPOTENCY_KEY_REUSED");
    let read = world.client.get("/api/v1/entitlements").bearer(&world.customer.token).send().await;
    assert_eq!(read.at("/data/quotas/1/used"), json!(50));
}

#[tokio::test]
async fn a_quota_may_allow_more_and_unlimited_use_is_counted_too() {
    let world = World::open().await;
    let quotas = json!({ "reportsPerDay": { "limit": 10, "overage": "allow" }, "seats": -1, "jobsPerDay": 0 });
    let sub = sell(&world, "SOFT", quotas).await;
    let plan = world.client.get("/api/v1/plans/SOFT").bearer(&world.owner.token).send().await;
    assert_eq!(plan.at("/data/quotas/reportsPerDay"), json!({ "limit": 10, "overage": "allow" }));
    let beyond = check(&world, &world.owner, consume(&sub, "reports", 12)).await;
    assert_eq!((beyond.at("/data/allowed"), beyond.at("/data/used")), (json!(true), json!(12)));
    assert_eq!(check(&world, &world.owner, consume(&sub, "reports", 1)).await.at("/data/remaining"), json!(0));
    assert_eq!(told(&world).await, [("reportsPerDay".into(), 80), ("reportsPerDay".into(), 100)]);
    let unlimited = check(&world, &world.owner, consume(&sub, "seats", 1_000_000_000)).await;
    assert_eq!((unlimited.at("/data/limit"), unlimited.at("/data/used")), (Value::Null, json!(1_000_000_000)));
    assert_eq!(check(&world, &world.owner, consume(&sub, "jobs", 1)).await.at("/data/allowed"), json!(false));
}

#[tokio::test]
async fn several_quotas_of_a_feature_are_counted_together_or_not_at_all() {
    let world = World::open().await;
    let sub = sell(&world, "TIGHT", json!({ "callsPerDay": 5, "callsPerMonth": 8, "callsPerMinute": 4 })).await;
    let used = async || {
        let read = world.client.get("/api/v1/entitlements").bearer(&world.customer.token).send().await;
        let quotas = read.at("/data/quotas");
        quotas.as_array().unwrap().iter().map(|one| one["used"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let first = check(&world, &world.owner, consume(&sub, "calls", 3)).await;
    assert_eq!((first.text("/data/quota"), first.at("/data/remaining")), ("callsPerMinute".into(), json!(1)));
    let refused = check(&world, &world.owner, consume(&sub, "calls", 3)).await;
    assert_eq!((refused.text("/data/quota"), refused.at("/data/allowed")), ("callsPerDay".into(), json!(false)));
    assert_eq!(used().await, [3, 3, 3], "by day, minute and month");
    world.stack.set_clock("2026-11-21T01:01:00Z");
    let next_minute = check(&world, &world.owner, consume(&sub, "calls", 2)).await;
    assert_eq!((next_minute.text("/data/quota"), next_minute.at("/data/remaining")), ("callsPerDay".into(), json!(0)));
    assert_eq!(used().await, [5, 2, 5]);
    assert_eq!(told(&world).await, [("callsPerDay".into(), 80), ("callsPerDay".into(), 100)]);
}

/// Changes a stored subscription.
async fn change(world: &World, sub: &str, change: impl FnOnce(Subscription) -> Subscription) {
    let (table, scope) = (world.stack.ctx().table(), world.owner.scope);
    let stored = Subscriptions::new(table, scope).get(sub.parse().unwrap()).await.unwrap().unwrap();
    let stored = stored.trusted("a test looks");
    let changed = Subscription { version: stored.version + 1, ..change(stored) };
    let mut transaction = Transaction::new();
    Subscriptions::save(&mut transaction, scope, &changed).unwrap();
    table.transact(transaction).await.unwrap();
}

#[tokio::test]
async fn another_plan_takes_effect_with_its_limit_and_what_is_used_stays_used() {
    let world = World::open().await;
    let sub = world.subscribed(&world.customer, "k1", "BASIC", "IDR").await;
    let ask = async || check(&world, &world.customer, json!({ "feature": "predictions" })).await;
    check(&world, &world.owner, consume(&sub, "predictions", 60)).await;
    for (plan, remaining) in [("PREMIUM", 940), ("FREE", 0)] {
        change(&world, &sub, |stored| {
            let plan = PlanRef { key: plan.parse().unwrap(), version: 1 };
            Subscription { segment: Segment { plan, ..stored.segment }, ..stored }
        })
        .await;
        let asked = ask().await;
        assert_eq!((asked.at("/data/used"), asked.at("/data/remaining")), (json!(60), json!(remaining)), "{plan}");
    }
    assert_eq!(ask().await.at("/data/allowed"), json!(false));
}

#[tokio::test]
async fn what_is_not_in_force_entitles_to_nothing() {
    let world = World::open().await;
    let sub = world.subscribed(&world.customer, "k1", "FREE", "IDR").await;
    change(&world, &sub, |stored| Subscription { status: SubscriptionStatus::Suspended, ..stored }).await;
    let refused = check(&world, &world.owner, consume(&sub, "predictions", 1)).await;
    assert_eq!((refused.at("/data/allowed"), refused.text("/data/reason")), (json!(false), "not_in_force".into()));
    let path = format!("/api/v1/entitlements?subscriptionId={sub}");
    let read = world.client.get(path).bearer(&world.customer.token).send().await;
    assert_eq!((read.text("/data/status"), read.at("/data/quotas")), ("suspended".into(), json!([])));
}

#[tokio::test]
async fn features_without_a_quota_are_had_or_not_and_unknown_ones_are_told() {
    let world = World::open().await;
    let sub = world.subscribed(&world.customer, "k1", "FREE", "IDR").await;
    let ask = async |feature: &str| check(&world, &world.customer, json!({ "feature": feature })).await;
    let had = ask("basic_predictions").await;
    assert_eq!(
        (had.at("/data/allowed"), had.at("/data/limit"), had.at("/data/used")),
        (json!(true), Value::Null, Value::Null)
    );
    let other = ask("analytics").await;
    assert_eq!((other.at("/data/allowed"), other.text("/data/reason")), (json!(false), "not_in_plan".into()));
    let unknown = ask("cups").await;
    assert_eq!((unknown.status.as_u16(), unknown.text("/errors/0/code")), (422, "UNKNOWN_FEATURE".into()));
    assert_eq!(
        unknown.text("/errors/0/detail"),
        "there is no such feature; the plan has api_calls, basic_predictions, limited_api_calls, predictions"
    );
    // Consuming what nothing counts is as good as asking.
    let consumed = check(&world, &world.owner, consume(&sub, "basic_predictions", 1)).await;
    assert_eq!((consumed.at("/data/allowed"), consumed.at("/data/used")), (json!(true), Value::Null));
}

#[tokio::test]
async fn customers_ask_and_members_and_servers_consume() {
    let world = World::open().await;
    let sub = world.subscribed(&world.customer, "k1", "FREE", "IDR").await;
    let refused = check(&world, &world.customer, consume(&sub, "predictions", 1)).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code")), (403, "FORBIDDEN".into()));
    let server = async |scopes: &[&str]| Member {
        token: world.stack.api_key(&world.owner, scopes).await,
        ..world.owner.clone()
    };
    let reader = server(&["usage:read"]).await;
    assert_eq!(check(&world, &reader, consume(&sub, "predictions", 1)).await.status, 403);
    let ask = json!({ "subscriptionId": sub, "feature": "predictions" });
    assert_eq!(check(&world, &reader, ask.clone()).await.at("/data/remaining"), json!(50));
    let writer = server(&["usage:*"]).await;
    assert_eq!(check(&world, &writer, consume(&sub, "predictions", 1)).await.at("/data/remaining"), json!(49));
    let unnamed = check(&world, &writer, json!({ "feature": "predictions" })).await;
    assert_eq!((unnamed.status.as_u16(), unnamed.text("/errors/0/pointer")), (422, "/subscriptionId".into()));
    let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    for member in [&other, &stranger] {
        assert_eq!(check(&world, member, ask.clone()).await.status, 404);
    }
    let nobody = world.client.post("/api/v1/entitlements/check", ask).send().await;
    assert_eq!(nobody.text("/code"), "UNAUTHENTICATED");
}

#[tokio::test]
async fn bad_questions_say_where() {
    let world = World::open().await;
    let sub = world.subscribed(&world.customer, "k1", "FREE", "IDR").await;
    for (body, status, pointer) in [
        (json!({ "subscriptionId": sub }), 422, "/feature"),
        (json!({ "subscriptionId": sub, "feature": "" }), 422, "/feature"),
        (json!({ "subscriptionId": sub, "feature": "predictions", "quantity": 0 }), 422, "/quantity"),
        (json!({ "subscriptionId": sub, "feature": "predictions", "quantity": 1_000_000_001 }), 422, "/quantity"),
        (json!({ "subscriptionId": sub, "feature": "predictions", "consume": "yes" }), 400, "/consume"),
        (json!({ "subscriptionId": "x", "feature": "predictions" }), 422, "/subscriptionId"),
    ] {
        let answer = check(&world, &world.owner, body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.text("/errors/0/pointer").as_str()), (status, pointer), "{body}");
    }
}

#[tokio::test]
async fn to_consume_costs_four_round_trips() {
    let world = World::open().await;
    let sub = world.subscribed(&world.customer, "k1", "FREE", "IDR").await;
    check(&world, &world.owner, consume(&sub, "predictions", 1)).await;
    let before = world.stack.ctx().ports().meter.total();
    check(&world, &world.owner, consume(&sub, "predictions", 1)).await;
    // The limiter's write, the subscription, the counter, the transaction.
    assert_eq!(world.stack.ctx().ports().meter.total().since(before).round_trips, 4);
}

#[tokio::test]
async fn to_see_them_costs_three_round_trips_and_six_in_a_new_process() {
    let world = World::open().await;
    let sub = world.subscribed(&world.customer, "k1", "FREE", "IDR").await;
    let see = async |client: &Client| {
        let before = world.stack.ctx().ports().meter.total();
        let path = format!("/api/v1/entitlements?subscriptionId={sub}");
        let answer = client.get(path).bearer(&world.owner.token).send().await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        world.stack.ctx().ports().meter.total().since(before).round_trips
    };
    let new = Client::new(crate::function(world.stack.ctx().clone()));
    let (cold, warm) = (see(&new).await, see(&new).await);
    // The limiter's write, the subscription, the counters; and what only a new process reads: who calls, what the tenant may,
    // and the plan.
    assert_eq!((cold, warm), (6, 3));
}
