use billing::{Course, CourseStep, SubscriptionSums};
use events::subscription::StandingState;
use kernel::{Currency, Date, EventId};
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Answer, Member};

use crate::world::World;

const PATH: &str = "/api/v1/subscriptions/analytics";

async fn get(world: &World, member: &Member, query: &str) -> Answer {
    let token = world.fresh(member).await;
    world.client.get(format!("{PATH}{query}")).bearer(&token).send().await
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Counts what a subscription became, as the worker does.
async fn count(world: &World, steps: &[(u64, &str, &str, StandingState, i64)]) {
    let (table, scope) = (world.stack.ctx().table(), world.owner.scope);
    let id = kernel::SubscriptionId::new(world.stack.ctx().new_ulid());
    let mut course: Option<Course> = None;
    for (version, on, plan, state, revenue) in steps {
        let plan = plan.parse().unwrap();
        let step = CourseStep { version: *version, day: day(on), plan, state: *state, revenue: *revenue };
        let counting = Course::counting(course.as_ref(), Currency::IDR, step).unwrap();
        let mut transaction = Transaction::new();
        SubscriptionSums::save(&mut transaction, scope, id, &counting).unwrap();
        table.transact(transaction).await.unwrap();
        course = Some(counting.course().clone());
    }
}

async fn two_lives(world: &World) {
    let (trialing, active, over) = (StandingState::Trialing, StandingState::Active, StandingState::Over);
    count(
        world,
        &[
            (1, "2026-09-30", "BASIC", trialing, 0),
            (2, "2026-10-14", "BASIC", active, 149_000),
            (4, "2026-11-19", "PREMIUM", active, 449_000),
        ],
    )
    .await;
    count(world, &[(1, "2026-11-18", "BASIC", active, 149_000), (3, "2026-11-20", "BASIC", over, 0)]).await;
}

#[tokio::test]
async fn the_days_of_a_range_add_up_to_its_difference() {
    let world = World::open().await;
    two_lives(&world).await;
    let answer = get(&world, &world.owner, "?from=2026-11-18&to=2026-11-20").await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    insta::assert_snapshot!(format!("{:#}", answer.at("/data/currencies")), @r#"
    [
      {
        "arr": {
          "amount": 5388000,
          "currency": "IDR"
        },
        "closingMrr": {
          "amount": 449000,
          "currency": "IDR"
        },
        "currency": "IDR",
        "movements": {
          "churn": {
            "amount": -149000,
            "currency": "IDR"
          },
          "contraction": {
            "amount": 0,
            "currency": "IDR"
          },
          "expansion": {
            "amount": 300000,
            "currency": "IDR"
          },
          "new": {
            "amount": 149000,
            "currency": "IDR"
          },
          "reactivation": {
            "amount": 0,
            "currency": "IDR"
          }
        },
        "openingMrr": {
          "amount": 149000,
          "currency": "IDR"
        },
        "subscriptions": {
          "active": 1,
          "cancelled": 1,
          "new": 1,
          "paused": 0,
          "total": 1,
          "trialing": 0
        }
      }
    ]
    "#);
}

#[tokio::test]
async fn a_plan_shows_what_came_to_it_from_another() {
    let world = World::open().await;
    two_lives(&world).await;
    let answer = get(&world, &world.owner, "?from=2026-11-18&to=2026-11-20").await;
    insta::assert_snapshot!(format!("{:#}", answer.at("/data/plans/2")), @r#"
    {
      "arr": {
        "amount": 5388000,
        "currency": "IDR"
      },
      "currency": "IDR",
      "date": "2026-11-19",
      "movements": {
        "churn": {
          "amount": 0,
          "currency": "IDR"
        },
        "contraction": {
          "amount": 0,
          "currency": "IDR"
        },
        "expansion": {
          "amount": 300000,
          "currency": "IDR"
        },
        "new": {
          "amount": 0,
          "currency": "IDR"
        },
        "reactivation": {
          "amount": 0,
          "currency": "IDR"
        }
      },
      "mrr": {
        "amount": 449000,
        "currency": "IDR"
      },
      "planKey": "PREMIUM",
      "subscriptions": {
        "active": 1,
        "cancelled": 0,
        "new": 0,
        "paused": 0,
        "total": 1,
        "trialing": 0
      },
      "transferred": {
        "amount": 149000,
        "currency": "IDR"
      }
    }
    "#);
}

#[tokio::test]
async fn any_days_begin_where_those_before_them_end() {
    let world = World::open().await;
    two_lives(&world).await;
    let answer = get(&world, &world.owner, "?from=2026-11-18&to=2026-11-20").await;
    let days = answer.at("/data/days");
    let shown: Vec<Value> = days.as_array().unwrap().iter().map(|day| day["mrr"]["amount"].clone()).collect();
    assert_eq!(shown, [298_000, 598_000, 449_000]);
    // Any sub-range begins where the one before it ends.
    for (from, to) in [("2026-10-01", "2026-11-17"), ("2026-11-19", "2026-11-21"), ("2025-11-01", "2026-11-20")] {
        let range = get(&world, &world.owner, &format!("?from={from}&to={to}")).await.at("/data/currencies/0");
        let movements = range["movements"].as_object().unwrap().values();
        let moved: i64 = movements.map(|one| one["amount"].as_i64().unwrap()).sum();
        let of = |name: &str| range[name]["amount"].as_i64().unwrap();
        assert_eq!(of("closingMrr") - of("openingMrr"), moved, "{from} {to}");
        assert_eq!(of("arr"), 12 * of("closingMrr"));
    }
}

#[tokio::test]
async fn a_table_for_spreadsheets_has_the_same_numbers() {
    let world = World::open().await;
    two_lives(&world).await;
    let (ctx, sums) = (world.stack.ctx(), |feature: &str, units| {
        let plan_key = "PREMIUM".to_owned();
        events::subscription::UsageSum {
            plan_key,
            feature: feature.to_owned(),
            day: day("2026-11-19"),
            events: 3,
            units,
        }
    });
    let mut transaction = Transaction::new();
    let sums = [sums("predictions", Some(42)), sums("seats", None)];
    SubscriptionSums::add_usage(&mut transaction, world.owner.scope, EventId::new(ctx.new_ulid()), &sums, ctx.now())
        .unwrap();
    ctx.table().transact(transaction).await.unwrap();
    let answer = get(&world, &world.owner, "?from=2026-11-19&to=2026-11-19&format=csv").await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    insta::assert_snapshot!(String::from_utf8_lossy(&answer.body).replace('\r', ""), @r#"
    row,date,currency,planKey,feature,total,trialing,active,paused,new,cancelled,mrr,arr,newMrr,expansionMrr,contractionMrr,churnMrr,reactivationMrr,transferredMrr,units,events
    day,2026-11-19,IDR,,,2,0,2,0,0,0,598000,7176000,0,300000,0,0,0,0,,
    plan,2026-11-19,IDR,BASIC,,1,0,1,0,0,0,149000,1788000,0,0,0,0,0,-149000,,
    plan,2026-11-19,IDR,PREMIUM,,1,0,1,0,0,0,449000,5388000,0,300000,0,0,0,149000,,
    usage,2026-11-19,,PREMIUM,predictions,,,,,,,,,,,,,,,42,3
    usage,2026-11-19,,PREMIUM,seats,,,,,,,,,,,,,,,,3
    "#);
    let usage = get(&world, &world.owner, "?from=2026-11-19&to=2026-11-19").await.at("/data/usage");
    let expected = json!([
        { "date": "2026-11-19", "planKey": "PREMIUM", "feature": "predictions", "units": 42, "events": 3 },
        { "date": "2026-11-19", "planKey": "PREMIUM", "feature": "seats", "units": null, "events": 3 },
    ]);
    assert_eq!(usage, expected);
}

#[tokio::test]
async fn bad_ranges_say_why() {
    let world = World::open().await;
    for (query, pointer, detail) in [
        ("?from=2026-11-20&to=2026-11-19", "to", "the last day must not be before the first"),
        ("?to=2026-11-22", "to", "the last day must not be after today in the tenant's zone"),
        ("?from=2025-10-17&to=2026-11-21", "from", "a report covers 400 days at most"),
        ("?from=tomorrow", "from", "use a day such as 2026-12-01"),
        ("?format=xlsx", "format", ""),
        ("?day=2026-11-20", "day", ""),
    ] {
        let answer = get(&world, &world.owner, query).await;
        assert!([400, 422].contains(&answer.status.as_u16()), "{query} {}", answer.snapshot());
        assert_eq!(answer.text("/errors/0/pointer"), pointer, "{query}");
        assert!(answer.text("/errors/0/detail").starts_with(detail), "{query} {}", answer.snapshot());
    }
    let widest = get(&world, &world.owner, "?from=2025-10-18").await;
    assert_eq!((widest.status.as_u16(), widest.at("/data/days")), (200, json!([])));
    let unasked = get(&world, &world.owner, "").await;
    assert_eq!((unasked.text("/data/from"), unasked.text("/data/to")), ("2026-11-01".into(), "2026-11-21".into()));
}

#[tokio::test]
async fn the_report_is_for_staff_of_the_tenant() {
    let world = World::open().await;
    two_lives(&world).await;
    assert_eq!(get(&world, &world.customer, "").await.text("/code"), "FORBIDDEN");
    assert_eq!(world.client.get(PATH).send().await.text("/code"), "UNAUTHENTICATED");
    let (_, stranger) = world.stack.tenant("toko-b").await;
    assert_eq!(get(&world, &stranger, "").await.at("/data/currencies"), json!([]));
}

#[tokio::test]
async fn a_year_is_three_queries() {
    let world = World::open().await;
    two_lives(&world).await;
    let token = world.fresh(&world.owner).await;
    world.client.get(PATH).bearer(&token).send().await;
    let before = world.stack.ctx().ports().meter.total();
    world.client.get(format!("{PATH}?from=2025-11-22")).bearer(&token).send().await;
    // And the limiter's write.
    assert_eq!(world.stack.ctx().ports().meter.total().since(before).round_trips, 4);
}

/// What the functions tell of subscriptions and usage, through the worker, into the report.
#[tokio::test]
async fn what_is_sold_changed_and_used_is_told_so_that_it_can_be_counted() {
    let world = World::open().await;
    let id = world.subscribed(&world.customer, "k1", "PREMIUM", "IDR").await;
    let event = json!({ "eventId": "e1", "subscriptionId": id, "feature": "predictions", "quantity": 12 });
    let used = json!({ "events": [event] });
    assert_eq!(world.client.post("/api/v1/usage", used).bearer(&world.owner.token).send().await.status, 202);
    let back = json!({ "subscriptionId": id, "eventId": "e1" });
    let amended = world.client.post("/api/v1/usage/amendments", back).bearer(&world.owner.token).send().await;
    assert_eq!(amended.status, 200);
    let coupon = json!({
        "key": "HALF", "name": "Half", "discount": { "kind": "percent", "basisPoints": 5_000 },
        "duration": { "kind": "forever" }
    });
    assert_eq!(world.post(&world.owner, "/api/v1/coupons", "k2", coupon).await.status, 201);
    let coupons = format!("/api/v1/subscriptions/{id}/coupons");
    assert_eq!(world.post(&world.customer, &coupons, "k3", json!({ "couponKey": "HALF" })).await.status, 200);
    let removed = world.client.call(http::Method::DELETE, format!("{coupons}/HALF")).bearer(&world.customer.token);
    assert_eq!(removed.send().await.status, 204);

    let told: Vec<Value> = world
        .stack
        .rows()
        .await
        .into_iter()
        .filter(|event| {
            event["type"].as_str().is_some_and(|name| name.starts_with("subscription.") || name == "usage.recorded")
        })
        .collect();
    let mut names: Vec<&str> = told.iter().filter_map(|event| event["type"].as_str()).collect();
    names.sort_unstable();
    let expected = [
        "subscription.coupon_applied",
        "subscription.coupon_removed",
        "subscription.created",
        "usage.recorded",
        "usage.recorded",
    ];
    assert_eq!(names, expected);
    let applied = told.iter().find(|event| event["type"] == "subscription.coupon_applied").unwrap();
    assert_eq!(applied["data"]["standing"]["discounts"], json!([{ "kind": "percent", "basisPoints": 5_000 }]));
    let sums: i64 = told.iter().filter_map(|event| event["data"]["sums"][0]["units"].as_i64()).sum();
    assert_eq!(sums, 0, "as many were taken back as were counted");
}
