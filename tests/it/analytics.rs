//! Subscription analytics over HTTP: what subscriptions are sold, changed, paused and ended to is in the report of the days,
//! and the movements of any days are the difference that they make.

use serde_json::{Value, json};

use crate::{sandbox::Call, shop::Shop};

const SUBSCRIPTIONS: &str = "/api/v1/subscriptions";

/// A company that sells two plans in dollars.
async fn selling_two() -> Shop {
    let shop = Shop::open("toko-hitung").await;
    for (key, amount) in [("TEN", 1_000), ("THIRTY", 3_000)] {
        let each = json!({ "amount": { "amount": amount, "currency": "USD" }, "per": 1 });
        let prices = json!([{ "currency": "USD", "base": { "model": "per_unit", "price": each } }]);
        shop.sell(json!({ "key": key, "name": key, "meters": ["predictions"], "prices": prices })).await;
    }
    shop
}

impl Shop {
    async fn report(&self, query: &str) -> Value {
        let answer = self.sandbox.get(&format!("/api/v1/subscriptions/analytics{query}"), &self.owner().await).await;
        assert_eq!(answer.status, 200, "{:?}", answer.json);
        answer.json["data"].clone()
    }
}

fn in_dollars<'a>(report: &'a Value, list: &str) -> Vec<&'a Value> {
    report[list].as_array().unwrap().iter().filter(|one| one["currency"] == "USD").collect()
}

fn amount(value: &Value) -> i64 {
    value["amount"].as_i64().unwrap()
}

/// Every movement that is not zero.
fn moved(day: &Value) -> Vec<(&str, i64)> {
    let movements = day["movements"].as_object().unwrap().iter();
    movements.map(|(name, of_it)| (name.as_str(), amount(of_it))).filter(|(_, of_it)| *of_it != 0).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sold_changed_and_ended_moves_the_revenue_of_its_days() {
    let shop = selling_two().await;
    let first = shop.report("").await["to"].as_str().unwrap().to_owned();
    let seats = json!({ "planKey": "TEN", "currency": "USD", "quantity": 2 });
    let seats = shop.post(SUBSCRIPTIONS, "a", seats).await.text("/data/id");
    let other = shop.post(SUBSCRIPTIONS, "b", json!({ "planKey": "THIRTY", "currency": "USD" })).await.text("/data/id");
    shop.days(1).await;
    // One after the other, without a pause for the worker: each is counted.
    shop.post(&format!("{SUBSCRIPTIONS}/{seats}/change"), "c", json!({ "quantity": 3 })).await;
    shop.post(&format!("{SUBSCRIPTIONS}/{seats}/change"), "d", json!({ "quantity": 5 })).await;
    shop.post(&format!("{SUBSCRIPTIONS}/{other}/cancel"), "e", json!({ "at": "now" })).await;
    shop.days(1).await;
    shop.post(&format!("{SUBSCRIPTIONS}/{seats}/pause"), "f", json!({})).await;
    shop.days(1).await;
    shop.post(&format!("{SUBSCRIPTIONS}/{seats}/resume"), "g", json!({})).await;
    shop.days(1).await;
    shop.days(1).await;
    shop.post(&format!("{SUBSCRIPTIONS}/{seats}/change"), "h", json!({ "quantity": 1, "at": "now" })).await;

    let report = shop.report(&format!("?from={first}")).await;
    let days = in_dollars(&report, "days");
    let shown: Vec<(i64, Vec<(&str, i64)>)> = days.iter().map(|day| (amount(&day["mrr"]), moved(day))).collect();
    let expected = [
        (5_000, vec![("new", 5_000)]),
        (5_000, vec![("churn", -3_000), ("expansion", 3_000)]),
        (0, vec![("churn", -5_000)]),
        (5_000, vec![("reactivation", 5_000)]),
        (5_000, vec![]),
        (1_000, vec![("contraction", -4_000)]),
    ];
    assert_eq!(shown, expected, "{report:#}");
    let counts: Vec<Vec<&Value>> = days
        .iter()
        .map(|day| ["total", "active", "paused", "new", "cancelled"].map(|name| &day["subscriptions"][name]).into())
        .collect();
    assert_eq!(
        json!(counts),
        json!([[2, 2, 0, 2, 0], [1, 1, 0, 0, 1], [1, 0, 1, 0, 0], [1, 1, 0, 0, 0], [1, 1, 0, 0, 0], [1, 1, 0, 0, 0]])
    );

    // Any days: what they open with, what moved, what they close with.
    for (from, to) in [(0, 5), (1, 3), (2, 2), (3, 5)] {
        let query = format!("?from={}&to={}", days[from]["date"].as_str().unwrap(), days[to]["date"].as_str().unwrap());
        let part = shop.report(&query).await;
        let range = in_dollars(&part, "currencies")[0];
        let sum: i64 = moved(range).iter().map(|(_, of_it)| of_it).sum();
        assert_eq!(amount(&range["closingMrr"]) - amount(&range["openingMrr"]), sum, "{query}");
        assert_eq!(amount(&range["arr"]), 12 * amount(&range["closingMrr"]));
        assert_eq!(amount(&range["closingMrr"]), amount(&days[to]["mrr"]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_used_and_taken_back_is_in_the_report_of_its_day() {
    let shop = selling_two().await;
    let sold = shop.post(SUBSCRIPTIONS, "a", json!({ "planKey": "TEN", "currency": "USD" })).await.text("/data/id");
    let owner = shop.owner().await;
    let events: Vec<Value> = (1..=100)
        .map(|number| json!({ "eventId": format!("e{number}"), "subscriptionId": sold, "feature": "predictions", "quantity": number }))
        .collect();
    let usage = json!({ "events": events });
    for _ in 0..2 {
        let reported = shop.sandbox.send("POST", "/api/v1/usage", Call::of(&owner).body(usage.clone())).await;
        assert_eq!(reported.status, 202, "{:?}", reported.json);
    }
    let back = json!({ "subscriptionId": sold, "eventId": "e50" });
    let amended = shop.sandbox.send("POST", "/api/v1/usage/amendments", Call::of(&owner).body(back)).await;
    assert_eq!(amended.status, 200, "{:?}", amended.json);
    shop.settle().await;
    let report = shop.report("").await;
    let expected =
        json!([{ "date": report["to"], "planKey": "TEN", "feature": "predictions", "units": 5_000, "events": 99 }]);
    assert_eq!(report["usage"], expected);
    let table = shop.sandbox.get("/api/v1/subscriptions/analytics?format=csv", &owner).await;
    let text = String::from_utf8(table.body).unwrap();
    assert!(text.starts_with("row,date,currency,planKey,"), "{text}");
    assert!(text.lines().any(|line| line.starts_with("usage,") && line.ends_with(",5000,99")), "{text}");
}
