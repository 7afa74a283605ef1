//! What the report on recurring revenue says of the days that the analytics worker keeps.

use billing::{Course, CourseStep};
use events::subscription::StandingState;
use kernel::SubscriptionId;
use serde_json::json;
use table::Transaction;
use testkit::Answer;

use super::*;
use crate::world::World;

async fn get(world: &World, query: &str) -> Answer {
    let path = format!("/api/v1/billing/reports/mrr?{query}");
    world.client.get(path).bearer(&world.fresh(&world.owner).await).send().await
}

/// Counts what a subscription became, as the worker does.
async fn count(world: &World, steps: &[(u64, &str, StandingState, i64)]) {
    let (table, scope) = (world.stack.ctx().table(), world.owner.scope);
    let id = SubscriptionId::new(world.stack.ctx().new_ulid());
    let mut course: Option<Course> = None;
    for (version, on, state, revenue) in steps {
        let (day, plan) = (on.parse().unwrap(), "BASIC".parse().unwrap());
        let step = CourseStep { version: *version, day, plan, state: *state, revenue: *revenue };
        let counting = Course::counting(course.as_ref(), Currency::IDR, step).unwrap();
        let mut transaction = Transaction::new();
        SubscriptionSums::save(&mut transaction, scope, id, &counting).unwrap();
        table.transact(transaction).await.unwrap();
        course = Some(counting.course().clone());
    }
}

#[tokio::test]
async fn each_month_leads_from_its_opening_to_its_closing() {
    let world = World::open().await;
    let (active, over) = (StandingState::Active, StandingState::Over);
    count(&world, &[(1, "2026-08-14", active, 149_000), (2, "2026-10-19", active, 449_000)]).await;
    count(&world, &[(1, "2026-09-18", active, 100_000), (2, "2026-11-20", over, 0)]).await;
    let table = get(&world, "from=2026-09-01&format=csv").await;
    insta::assert_snapshot!(String::from_utf8_lossy(&table.body).replace('\r', ""), @r"
    month,currency,openingMrr,new,expansion,contraction,churn,reactivation,closingMrr,arr,subscriptions,begun,ended
    2026-09,IDR,149000,100000,0,0,0,0,249000,2988000,2,1,0
    2026-10,IDR,249000,0,300000,0,0,0,549000,6588000,2,0,0
    2026-11,IDR,549000,0,0,0,-100000,0,449000,5388000,1,0,1
    ");
    let answer = get(&world, "from=2026-11-01").await;
    let idr = |amount: i64| json!({ "amount": amount, "currency": "IDR" });
    assert_eq!(answer.at("/data/months/0/openingMrr"), idr(549_000));
    assert_eq!(answer.at("/data/months/0/churn"), idr(-100_000));
    // As the analytics of subscriptions say.
    assert_eq!(get(&world, "from=2026-08-14&to=2026-08-14").await.at("/data/months/0/new"), idr(149_000));
}

#[tokio::test]
async fn three_years_are_a_report_and_days_to_come_are_none() {
    let world = World::open().await;
    for (query, pointer) in [("to=2026-11-22", "to"), ("from=2023-11-21", "from")] {
        assert_eq!(get(&world, query).await.text("/errors/0/pointer"), pointer, "{query}");
    }
    assert_eq!(get(&world, "from=2023-11-22").await.at("/data/months"), json!([]));
}
