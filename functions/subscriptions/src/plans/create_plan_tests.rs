use futures::future::join_all;
use serde_json::{Value, json};

use crate::world::World;

fn growth() -> Value {
    json!({
        "key": "GROWTH", "name": "Growth", "features": ["reports"], "quotas": { "projects": 10, "seats": -1 }, "trialDays": 0,
        "prices": [
            {
                "currency": "IDR",
                "base": { "model": "per_unit", "price": { "amount": { "amount": 99000, "currency": "IDR" }, "per": 1 } },
                "metered": [{
                    "feature": "cups", "name": "Cups", "included": 100,
                    "pricing": { "model": "per_unit", "price": { "amount": { "amount": 500, "currency": "IDR" }, "per": 1 } }
                }]
            },
            { "currency": "USD", "interval": "6_months", "base": { "model": "flat", "amount": { "amount": 5900, "currency": "USD" } } }
        ]
    })
}

async fn with_cups() -> World {
    let world = World::open().await;
    let cups = json!({ "key": "cups", "name": "Cups", "aggregation": "count" });
    assert_eq!(world.post(&world.owner, "/api/v1/meters", "m1", cups).await.status, 201);
    world
}

#[tokio::test]
async fn a_tenant_sells_a_plan_of_its_own() {
    let world = with_cups().await;
    let made = world.post(&world.owner, "/api/v1/plans", "k1", growth()).await;
    insta::assert_snapshot!(made.snapshot(), @r#"
    201 Created
    {
      "data": {
        "access": "full",
        "allowsMultiple": false,
        "archivedAt": null,
        "baseTiming": "advance",
        "features": [
          "reports"
        ],
        "key": "GROWTH",
        "meters": [
          "cups"
        ],
        "name": "Growth",
        "prices": [
          {
            "base": {
              "model": "per_unit",
              "price": {
                "amount": {
                  "amount": 99000,
                  "currency": "IDR"
                },
                "per": 1
              }
            },
            "currency": "IDR",
            "interval": "month",
            "metered": [
              {
                "feature": "cups",
                "included": 100,
                "minimum": null,
                "name": "Cups",
                "pricing": {
                  "model": "per_unit",
                  "price": {
                    "amount": {
                      "amount": 500,
                      "currency": "IDR"
                    },
                    "per": 1
                  }
                }
              }
            ]
          },
          {
            "base": {
              "amount": {
                "amount": 5900,
                "currency": "USD"
              },
              "model": "flat"
            },
            "currency": "USD",
            "interval": "6_months",
            "metered": []
          }
        ],
        "proration": "day",
        "quotas": {
          "projects": 10,
          "seats": -1
        },
        "rateLimits": {},
        "trialDays": 0,
        "version": 1
      },
      "success": true
    }
    "#);
    let read = world.client.get("/api/v1/plans/GROWTH").bearer(&world.customer.token).send().await;
    assert_eq!((read.status.as_u16(), read.at("/data")), (200, made.at("/data")));
    let seats = json!({ "planKey": "GROWTH", "currency": "IDR", "quantity": 3 });
    let sold = world.subscribe(&world.customer, "k2", seats).await;
    assert_eq!((sold.status.as_u16(), sold.at("/data/quantity")), (201, json!(3)), "{}", sold.snapshot());
    let event = json!({ "eventId": "e1", "subscriptionId": sold.text("/data/id"), "feature": "cups", "quantity": 7 });
    let used = world.client.post("/api/v1/usage", json!({ "events": [event] })).bearer(&world.owner.token).send().await;
    assert_eq!(used.at("/data/accepted"), json!(1));
    let usage = format!("/api/v1/usage?subscriptionId={}&from=2026-11-21&to=2026-11-22", sold.text("/data/id"));
    let usage = world.client.get(usage).bearer(&world.customer.token).send().await;
    assert_eq!(
        usage.at("/data/rows/0/quantity"),
        json!(1),
        "an event is one cup, whatever it says: {}",
        usage.snapshot()
    );
    let other = world.post(&world.owner, "/api/v1/customers", "k3", json!({ "name": "Siti" })).await.text("/data/id");
    let half_yearly = json!({ "planKey": "GROWTH", "currency": "USD", "interval": "6_months", "customerId": other });
    let sold = world.subscribe(&world.owner, "k4", half_yearly).await;
    assert_eq!(sold.at("/data/currentPeriod"), json!({ "start": "2026-11-21", "end": "2027-05-21" }));
}

#[tokio::test]
async fn nobody_holds_so_many_that_they_could_not_be_invoiced() {
    let world = with_cups().await;
    let mut dear = growth();
    dear["key"] = json!("DEAR");
    dear["prices"][0]["base"]["price"]["amount"]["amount"] = json!(1_000_000_000_000_i64);
    assert_eq!(world.post(&world.owner, "/api/v1/plans", "k4", dear).await.status, 201);
    let many = |quantity: u32| json!({ "planKey": "DEAR", "currency": "IDR", "quantity": quantity });
    for quantity in [1_001, u32::MAX] {
        let refused = world.subscribe(&world.customer, &format!("k{quantity}"), many(quantity)).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (422, "QUANTITY_NOT_OFFERED"));
    }
    let sold = world.subscribe(&world.customer, "k5", many(1_000)).await;
    assert_eq!(sold.status, 201);
    let change = format!("/api/v1/subscriptions/{}/change", sold.text("/data/id"));
    let refused = world.post(&world.customer, &change, "k6", json!({ "quantity": 1_001 })).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (422, "QUANTITY_NOT_OFFERED"));
}

#[tokio::test]
async fn a_plan_is_made_once_and_by_those_who_may() {
    let world = with_cups().await;
    let first = world.post(&world.owner, "/api/v1/plans", "k1", growth()).await;
    let again = world.post(&world.owner, "/api/v1/plans", "k1", growth()).await;
    assert_eq!((again.status.as_u16(), &again.body), (201, &first.body));
    let taken = world.post(&world.owner, "/api/v1/plans", "k2", growth()).await;
    assert_eq!((taken.status.as_u16(), taken.text("/code").as_str()), (409, "PLAN_EXISTS"));
    let refused = world.post(&world.customer, "/api/v1/plans", "k3", growth()).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (403, "FORBIDDEN"));
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let theirs = world.client.get("/api/v1/plans/GROWTH").bearer(&stranger.token).send().await;
    assert_eq!(theirs.status, 404, "a plan is its tenant's");
    let unknown = world.post(&stranger, "/api/v1/plans", "k4", growth()).await;
    assert_eq!(unknown.text("/errors/0/code"), "UNKNOWN_METER", "and so are meters");
}

#[tokio::test]
async fn all_that_is_wrong_with_a_plan_is_said_at_once() {
    let world = World::open().await;
    let mut bad = growth();
    bad["trialDays"] = json!(1_000);
    bad["prices"][0]["base"]["price"]["per"] = json!(0);
    bad["prices"][1]["base"]["amount"]["currency"] = json!("IDR");
    let answer = world.post(&world.owner, "/api/v1/plans", "k1", bad).await;
    let errors = answer.at("/errors");
    let said: Vec<_> = errors.as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    assert_eq!(
        said,
        ["/trialDays", "/prices/0/base/price/per", "/prices/0/metered/0/feature", "/prices/1/base/amount"],
        "{}",
        answer.snapshot()
    );
    assert_eq!(answer.status, 422);
}

#[tokio::test]
async fn versions_follow_one_another_and_what_was_sold_stays() {
    let world = with_cups().await;
    world.post(&world.owner, "/api/v1/plans", "k1", growth()).await;
    let sold = world.subscribe(&world.customer, "k2", json!({ "planKey": "GROWTH", "currency": "IDR" })).await;
    let mut dearer = growth();
    dearer.as_object_mut().unwrap().remove("key");
    dearer["prices"][0]["base"]["price"]["amount"]["amount"] = json!(120_000);
    let path = "/api/v1/plans/GROWTH/versions";
    let both = join_all(["k3", "k4"].map(|key| world.post(&world.owner, path, key, dearer.clone()))).await;
    let mut versions: Vec<_> = both.iter().map(|answer| answer.at("/data/version")).collect();
    versions.sort_by_key(ToString::to_string);
    assert_eq!(versions, [json!(2), json!(3)], "two at once are two versions");
    let read = async |version: &str| {
        let path = format!("/api/v1/plans/GROWTH{version}");
        let answer = world.client.get(path).bearer(&world.customer.token).send().await;
        (answer.status.as_u16(), answer.at("/data/version"), answer.at("/data/prices/0/base/price/amount/amount"))
    };
    assert_eq!(read("").await, (200, json!(3), json!(120_000)));
    assert_eq!(read("?version=1").await, (200, json!(1), json!(99_000)));
    assert_eq!(read("?version=4").await.0, 404);
    let kept = format!("/api/v1/subscriptions/{}", sold.text("/data/id"));
    let kept = world.client.get(kept).bearer(&world.customer.token).send().await;
    assert_eq!(kept.at("/data/planVersion"), json!(1));
    let absent = world.post(&world.owner, "/api/v1/plans/NONE/versions", "k5", dearer).await;
    assert_eq!(absent.status, 404);
}

#[tokio::test]
async fn an_archived_plan_is_read_and_billed_but_sold_no_more() {
    let world = with_cups().await;
    world.post(&world.owner, "/api/v1/plans", "k1", growth()).await;
    let sold = world.subscribe(&world.customer, "k2", json!({ "planKey": "GROWTH", "currency": "IDR" })).await;
    let archive = |key| world.post(&world.owner, "/api/v1/plans/GROWTH/archive", key, json!({}));
    let first = archive("k3").await;
    assert_eq!((first.status.as_u16(), first.text("/data/archivedAt").as_str()), (200, "2026-11-21T01:00:00.000Z"));
    world.stack.set_clock("2026-11-21T01:05:00Z");
    assert_eq!(archive("k4").await.text("/data/archivedAt"), "2026-11-21T01:00:00.000Z", "once");
    let other = world.post(&world.owner, "/api/v1/customers", "k5", json!({ "name": "Siti" })).await.text("/data/id");
    let body = json!({ "planKey": "GROWTH", "currency": "IDR", "customerId": other });
    let refused = world.subscribe(&world.owner, "k6", body).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "PLAN_ARCHIVED"));
    let mut next = growth();
    next.as_object_mut().unwrap().remove("key");
    let refused = world.post(&world.owner, "/api/v1/plans/GROWTH/versions", "k7", next).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "PLAN_ARCHIVED"));
    let list = world.client.get("/api/v1/plans").bearer(&world.customer.token).send().await;
    assert!(list.at("/data").as_array().unwrap().iter().all(|plan| plan["key"] != "GROWTH"));
    let kept = format!("/api/v1/subscriptions/{}", sold.text("/data/id"));
    assert_eq!(world.client.get(kept).bearer(&world.customer.token).send().await.status, 200);
}

#[tokio::test]
async fn a_plan_is_held_once_unless_it_says_otherwise() {
    let world = with_cups().await;
    world.post(&world.owner, "/api/v1/plans", "k1", growth()).await;
    let seats = || json!({ "planKey": "GROWTH", "currency": "IDR" });
    let both = join_all(["k2", "k3"].map(|key| world.subscribe(&world.customer, key, seats()))).await;
    let mut outcomes: Vec<_> = both.iter().map(|answer| (answer.status.as_u16(), answer.text("/code"))).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, [(201, String::new()), (409, "ALREADY_SUBSCRIBED".to_owned())]);
    let mut many = growth();
    many["key"] = json!("EXTRA");
    many["allowsMultiple"] = json!(true);
    assert_eq!(world.post(&world.owner, "/api/v1/plans", "k4", many).await.status, 201);
    for key in ["k5", "k6"] {
        let body = json!({ "planKey": "EXTRA", "currency": "IDR" });
        assert_eq!(world.subscribe(&world.customer, key, body).await.status, 201);
    }
}
