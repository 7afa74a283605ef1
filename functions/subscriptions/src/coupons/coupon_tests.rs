use futures::future::join_all;
use http::Method;
use identity::Role;
use serde_json::{Value, json};
use testkit::Answer;

use crate::world::World;

fn half() -> Value {
    json!({
        "key": "HALF", "name": "Half price", "discount": { "kind": "percent", "basisPoints": 5000 },
        "duration": { "kind": "repeating", "invoices": 3 }, "maxRedemptions": 2
    })
}

async fn made(world: &World, key: &str, body: Value) -> Answer {
    world.post(&world.owner, "/api/v1/coupons", key, body).await
}

async fn apply(world: &World, member: &testkit::Member, id: &str, key: &str, coupon: &str) -> Answer {
    world.post(member, &format!("/api/v1/subscriptions/{id}/coupons"), key, json!({ "couponKey": coupon })).await
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

#[tokio::test]
async fn a_coupon_is_made_once_and_seen_by_staff_alone() {
    let world = World::open().await;
    let coupon = made(&world, "k1", half()).await;
    insta::assert_snapshot!(coupon.snapshot(), @r#"
    201 Created
    {
      "data": {
        "createdAt": "2026-11-21T01:00:00.000Z",
        "discount": {
          "basisPoints": 5000,
          "kind": "percent"
        },
        "duration": {
          "invoices": 3,
          "kind": "repeating"
        },
        "expiresAt": null,
        "key": "HALF",
        "maxRedemptions": 2,
        "name": "Half price",
        "planKeys": [],
        "redemptions": 0
      },
      "success": true
    }
    "#);
    assert_eq!(told(&made(&world, "k2", half()).await), (409, "COUPON_EXISTS".to_owned()));
    let list = world.client.get("/api/v1/coupons").bearer(&world.owner.token).send().await;
    assert_eq!(list.at("/data/0/key"), "HALF");
    let refused = world.client.get("/api/v1/coupons").bearer(&world.customer.token).send().await;
    assert_eq!(told(&refused), (403, "FORBIDDEN".to_owned()));
}

#[tokio::test]
async fn all_that_is_wrong_with_a_coupon_is_told_at_once() {
    let world = World::open().await;
    let body = json!({
        "key": "WRONG", "name": "Wrong",
        "discount": { "kind": "amount", "amounts": [{ "amount": 0, "currency": "IDR" }, { "amount": 5, "currency": "IDR" }] },
        "duration": { "kind": "repeating", "invoices": 0 }, "planKeys": ["GOLD"], "expiresAt": "2020-01-01T00:00:00Z"
    });
    let refused = made(&world, "k1", body).await;
    let errors = refused.at("/errors");
    let at: Vec<&str> = errors.as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    let expected = ["/discount/amounts", "/discount/amounts", "/duration/invoices", "/planKeys/0", "/expiresAt"];
    assert_eq!(at, expected, "{}", refused.snapshot());
}

#[tokio::test]
async fn a_customer_uses_a_coupon_once_and_can_lose_it() {
    let world = World::open().await;
    made(&world, "c1", half()).await;
    let id = world.subscribed(&world.customer, "k1", "BASIC", "IDR").await;
    let applied = apply(&world, &world.customer, &id, "k2", "HALF").await;
    assert_eq!((applied.status.as_u16(), applied.at("/data/coupons/0/invoicesLeft")), (200, json!(3)));
    assert_eq!(apply(&world, &world.customer, &id, "k2", "HALF").await.body, applied.body, "a repetition");
    assert_eq!(told(&apply(&world, &world.customer, &id, "k3", "HALF").await), (409, "COUPON_USED_BEFORE".to_owned()));
    let path = format!("/api/v1/subscriptions/{id}/coupons/HALF");
    let removed = world.client.call(Method::DELETE, &path).bearer(&world.customer.token).send().await;
    assert_eq!(removed.status, 204);
    let again = world.client.call(Method::DELETE, &path).bearer(&world.customer.token).send().await;
    assert_eq!(told(&again), (404, "NOT_FOUND".to_owned()));
    assert_eq!(told(&apply(&world, &world.customer, &id, "k4", "HALF").await), (409, "COUPON_USED_BEFORE".to_owned()));
    let unknown = apply(&world, &world.customer, &id, "k5", "NOTHING").await;
    assert_eq!((unknown.status.as_u16(), unknown.text("/errors/0/code").as_str()), (422, "UNKNOWN_COUPON"));
    let (_, stranger) = world.stack.tenant("toko-b").await;
    assert_eq!(told(&apply(&world, &stranger, &id, "k6", "HALF").await), (404, "NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn a_coupon_says_for_what_it_is() {
    let world = World::open().await;
    let amounts = json!([{ "amount": 500, "currency": "USD" }]);
    for (at, body) in [
        json!({ "key": "USD5", "name": "Five", "discount": { "kind": "amount", "amounts": amounts }, "duration": { "kind": "once" } }),
        json!({
            "key": "PRO", "name": "Pro", "discount": { "kind": "percent", "basisPoints": 100 }, "duration": { "kind": "forever" },
            "planKeys": ["PREMIUM"]
        }),
        json!({
            "key": "SOON", "name": "Soon", "discount": { "kind": "percent", "basisPoints": 100 }, "duration": { "kind": "once" },
            "expiresAt": "2026-11-22T00:00:00Z"
        }),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(made(&world, &format!("c{at}"), body).await.status, 201);
    }
    let id = world.subscribed(&world.customer, "k1", "BASIC", "IDR").await;
    for (at, key) in ["USD5", "PRO"].into_iter().enumerate() {
        let refused = apply(&world, &world.customer, &id, &format!("r{at}"), key).await;
        assert_eq!(told(&refused), (422, "COUPON_NOT_APPLICABLE".to_owned()), "{key}");
    }
    world.stack.set_clock("2026-11-22T00:00:00Z");
    let token = world.fresh(&world.customer).await;
    let customer = testkit::Member { token, ..world.customer.clone() };
    assert_eq!(told(&apply(&world, &customer, &id, "r3", "SOON").await), (409, "COUPON_EXPIRED".to_owned()));
}

#[tokio::test]
async fn ten_customers_at_once_use_a_coupon_as_often_as_it_may_be() {
    let world = World::open().await;
    made(&world, "c1", half()).await;
    let mut subscribed = Vec::new();
    for at in 0..10 {
        let member = world.stack.user(world.customer.scope, &format!("c{at}@example.com"), Role::User).await;
        let id = world.subscribed(&member, "k1", "BASIC", "IDR").await;
        subscribed.push((member, id));
    }
    let answers = join_all(subscribed.iter().map(|(member, id)| apply(&world, member, id, "k2", "HALF"))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 2);
    let others = answers.iter().filter(|answer| answer.status != 200);
    assert!(others.into_iter().all(|answer| ["COUPON_USED_UP", "CONFLICT"].contains(&answer.text("/code").as_str())));
    let list = world.client.get("/api/v1/coupons").bearer(&world.owner.token).send().await;
    assert_eq!(list.at("/data/0/redemptions"), 2);
}

#[tokio::test]
async fn a_subscription_begins_with_a_coupon() {
    let world = World::open().await;
    made(&world, "c1", half()).await;
    let body = json!({ "planKey": "BASIC", "currency": "IDR", "couponKey": "HALF" });
    let begun = world.subscribe(&world.customer, "k1", body.clone()).await;
    assert_eq!(
        (begun.status.as_u16(), begun.text("/data/coupons/0/key").as_str()),
        (201, "HALF"),
        "{}",
        begun.snapshot()
    );
    assert_eq!(begun.header("etag"), "\"1\"");
    let other = json!({ "planKey": "PREMIUM", "currency": "IDR", "couponKey": "HALF" });
    assert_eq!(told(&world.subscribe(&world.customer, "k2", other).await), (409, "COUPON_USED_BEFORE".to_owned()));
}
