//! Calls are counted as the meter counts them, and then read.

use billing::{Interval, NewSubscription, Plans, Subscription, SubscriptionStatus, Subscriptions, tenant_catalogue};
use identity::Role;
use kernel::{Currency, Party, SubscriptionId, TenantId, Zone};
use metering::{Call, LogDelivery, record};
use serde_json::{Value, json};
use table::{OperatorScope, Transaction};

use super::*;
use crate::world::World;

/// Counts calls of a tenant: each an instant, a route, a status and who called, if anybody is known.
async fn count(world: &World, tenant: TenantId, calls: &[(&str, &str, u16, Option<&str>)]) {
    let ctx = world.stack.ctx();
    let mut lines: Vec<(String, Call)> = Vec::new();
    for (at, path, status, user) in calls {
        let line = json!({ "target": metering::TARGET, "at": at, "group": "subscriptions", "http.method": "GET",
            "http.route": path, "http.status": status, "duration_us": 2_500, "bytes": 100, "tenant.id": tenant,
            "user.id": user });
        lines.push((ctx.new_ulid().to_string(), Call::read(&line.to_string()).unwrap().unwrap()));
    }
    let delivery = LogDelivery::new(
        lines.iter().map(|(id, _)| id.as_str()),
        lines.iter().map(|(id, call)| (id.as_str(), call.clone())),
    );
    for chunk in delivery.chunks() {
        record(ctx.table(), &chunk, |_| {}, ctx.now()).await.unwrap();
    }
}

/// Puts a tenant onto a plan of the platform, as its sign-up does.
async fn put_on(world: &World, tenant: TenantId, plan: &str, status: SubscriptionStatus) {
    let ctx = world.stack.ctx();
    let platform = OperatorScope::assume("a test seeds the platform's plans").platform();
    let mut transaction = Transaction::new();
    Plans::insert_all(&mut transaction, platform, &tenant_catalogue()).unwrap();
    let _ignored_when_there = ctx.table().transact(transaction).await;
    let plan = Plans::new(ctx.table(), platform).newest(&plan.parse().unwrap()).await.unwrap().unwrap();
    let new = NewSubscription {
        id: SubscriptionId::new(ctx.new_ulid()),
        party: Party::Tenant(tenant),
        currency: Currency::IDR,
        interval: Interval::MONTH,
        quantity: 1,
        zone: Zone::utc(),
    };
    let subscription = Subscription { status, ..Subscription::start(new, &plan, ctx.now()).unwrap() };
    let mut transaction = Transaction::new();
    Subscriptions::insert(&mut transaction, platform, &subscription).unwrap();
    ctx.table().transact(transaction).await.unwrap();
}

async fn read(world: &World, token: &str, query: &str) -> Value {
    let answer = world.client.get(format!("/api/v1/usage/api?{query}")).bearer(token).send().await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    answer.at("/data")
}

/// Key, calls, errors of every row.
fn brief(data: &Value) -> Vec<(String, u64, u64)> {
    let rows = data["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        (row["key"].as_str().unwrap().to_owned(), row["calls"].as_u64().unwrap(), row["errors"].as_u64().unwrap())
    })
    .collect()
}

#[tokio::test]
async fn calls_are_added_up_by_day_route_or_caller() {
    let world = World::open().await;
    let (tenant, owner) = (world.owner.scope.tenant(), world.owner.user.to_string());
    put_on(&world, tenant, "STARTER", SubscriptionStatus::Trialing).await;
    let user = Some(owner.as_str());
    let calls = [
        ("2026-10-31T23:59:59.999Z", "/api/v1/plans", 200, user),
        ("2026-11-01T00:00:00.000Z", "/api/v1/plans", 200, user),
        ("2026-11-20T23:59:59.999Z", "/api/v1/plans", 200, user),
        ("2026-11-21T00:00:00.000Z", "/api/v1/subscriptions/{id}", 404, user),
        ("2026-11-21T00:30:00.000Z", "/api/v1/plans", 401, None),
    ];
    count(&world, tenant, &calls).await;
    let answer = world.client.get("/api/v1/usage/api?groupBy=route").bearer(&world.owner.token).send().await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    200 OK
    {
      "data": {
        "fairUse": {
          "calls": 3,
          "included": 10000,
          "month": "2026-11",
          "sharePercent": 0
        },
        "from": "2026-11-01",
        "rows": [
          {
            "averageMillis": 3,
            "bytes": 300,
            "calls": 3,
            "errors": 1,
            "free": 1,
            "key": "GET /api/v1/plans"
          },
          {
            "averageMillis": 3,
            "bytes": 100,
            "calls": 1,
            "errors": 1,
            "free": 0,
            "key": "GET /api/v1/subscriptions/{id}"
          }
        ],
        "to": "2026-11-21"
      },
      "success": true
    }
    "#);
    let row = |key: &str, calls, errors| (key.to_owned(), calls, errors);
    let days = read(&world, &world.owner.token, "").await;
    assert_eq!(brief(&days), [row("2026-11-01", 1, 0), row("2026-11-20", 1, 0), row("2026-11-21", 2, 2)]);
    let users = read(&world, &world.owner.token, "groupBy=user&from=2026-10-31").await;
    assert_eq!(brief(&users), [row(&owner, 4, 1), row("anonymous", 1, 1)]);
    let october = read(&world, &world.owner.token, "to=2026-10-31").await;
    assert_eq!((&october["from"], &october["to"]), (&json!("2026-10-01"), &json!("2026-10-31")));
    assert_eq!(brief(&october), [row("2026-10-31", 1, 0)]);
    assert_eq!(october["fairUse"]["calls"], json!(3), "fair use is that of the present month");
}

#[tokio::test]
async fn fair_use_is_that_of_the_newest_plan_in_force() {
    let world = World::open().await;
    let tenant = world.owner.scope.tenant();
    let fair_use = async || read(&world, &world.owner.token, "").await["fairUse"].clone();
    assert_eq!(fair_use().await, json!({ "month": "2026-11", "calls": 0, "included": null, "sharePercent": null }));
    put_on(&world, tenant, "STARTER", SubscriptionStatus::Active).await;
    assert_eq!(fair_use().await["included"], json!(10_000));
    put_on(&world, tenant, "ENTERPRISE", SubscriptionStatus::Active).await;
    assert_eq!(fair_use().await["included"], json!(1_000_000));
    put_on(&world, tenant, "PROFESSIONAL", SubscriptionStatus::Cancelled).await;
    let owner = world.owner.user.to_string();
    let calls = vec![("2026-11-21T00:00:00.000Z", "/api/v1/plans", 200, Some(owner.as_str())); 9_999];
    count(&world, tenant, &calls).await;
    count(&world, tenant, &calls).await;
    let expected = json!({ "month": "2026-11", "calls": 19_998, "included": 1_000_000, "sharePercent": 1 });
    assert_eq!(fair_use().await, expected);
}

#[tokio::test]
async fn another_tenant_a_customer_and_a_stranger_see_nothing() {
    let world = World::open().await;
    let tenant = world.owner.scope.tenant();
    count(&world, tenant, &[("2026-11-21T00:00:00.000Z", "/api/v1/plans", 200, None)]).await;
    let (_, other) = world.stack.tenant("toko-b").await;
    for grouping in ["day", "route", "user"] {
        let data = read(&world, &other.token, &format!("groupBy={grouping}")).await;
        assert_eq!((brief(&data), &data["fairUse"]["calls"]), (Vec::new(), &json!(0)), "{grouping}");
    }
    let manager = world.stack.user(world.owner.scope, "siti@example.com", Role::Manager).await;
    assert_eq!(brief(&read(&world, &manager.token, "").await).len(), 1);
    let customer = world.client.get("/api/v1/usage/api").bearer(&world.customer.token).send().await;
    assert_eq!((customer.status.as_u16(), customer.text("/code").as_str()), (403, "FORBIDDEN"));
    assert_eq!(world.client.get("/api/v1/usage/api").send().await.text("/code"), "UNAUTHENTICATED");
}

#[tokio::test]
async fn bad_questions_say_where() {
    let world = World::open().await;
    for (query, pointer) in [
        ("groupBy=hour", "groupBy"),
        ("groupBy=day&groupBy=user", "groupBy"),
        ("from=1.12.2026", "from"),
        ("to=yesterday", "to"),
        ("from=2026-11-22", "to"),
        ("from=2026-11-02&to=2026-11-01", "to"),
        ("from=2026-08-21&to=2026-11-21", "from"),
        ("from=-009999-01-01&to=9999-12-31", "from"),
    ] {
        let answer = world.client.get(format!("/api/v1/usage/api?{query}")).bearer(&world.owner.token).send().await;
        assert_eq!((answer.status.as_u16(), answer.at("/errors/0/pointer")), (422, json!(pointer)), "{query}");
    }
    read(&world, &world.owner.token, "from=2026-08-22&to=2026-11-21").await;
    read(&world, &world.owner.token, "from=2027-01-01&to=2027-01-31").await;
}

#[tokio::test]
async fn it_costs_what_it_says() {
    let world = World::open().await;
    put_on(&world, world.owner.scope.tenant(), "STARTER", SubscriptionStatus::Active).await;
    let mut trips = Vec::new();
    for _ in 0..2 {
        let before = world.stack.ctx().ports().meter.total();
        read(&world, &world.owner.token, "groupBy=route").await;
        trips.push(world.stack.ctx().ports().meter.total().since(before).round_trips);
    }
    // Limit (two when the window begins), standing and what the tenant's plan says, rows, month, subscription twice, plan;
    // then limit, rows, month, subscription twice.
    assert_eq!(trips, [2 + 2 + 2 + 2 + 1, 1 + 2 + 2]);
}

#[test]
fn what_is_behind_the_first_thousand_is_one_row() {
    let tally = |calls| Tally { calls, ..Tally::default() };
    let sums: BTreeMap<String, Tally> =
        (0..1_500_u64).map(|number| (format!("{number:04}"), tally(number + 1))).collect();
    let rows = rows(sums.clone(), Grouping::User);
    assert_eq!((rows.len(), rows[0].key.as_str(), rows[0].calls), (1_001, "1499", 1_500));
    assert_eq!((rows[1_000].key.as_str(), rows[1_000].calls), ("others", 500 * 501 / 2));
    let few = sums.into_iter().take(3).collect();
    assert_eq!(super::rows(few, Grouping::User).len(), 3);
}
