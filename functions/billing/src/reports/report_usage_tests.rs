//! What the usage report says of the sums that the analytics worker keeps.

use events::subscription::UsageSum;
use kernel::EventId;
use serde_json::json;
use table::Transaction;
use testkit::Answer;

use super::*;
use crate::world::World;

async fn get(world: &World, query: &str) -> Answer {
    let path = format!("/api/v1/billing/reports/usage?{query}");
    world.client.get(path).bearer(&world.fresh(&world.owner).await).send().await
}

async fn used(world: &World, day: &str, feature: &str, units: Option<i64>) {
    let ctx = world.stack.ctx();
    let (plan_key, feature) = ("PREMIUM".to_owned(), feature.to_owned());
    let sum = UsageSum { plan_key, feature, day: day.parse().unwrap(), events: 3, units };
    let mut transaction = Transaction::new();
    let event = EventId::new(ctx.new_ulid());
    SubscriptionSums::add_usage(&mut transaction, world.owner.scope, event, &[sum], ctx.now()).unwrap();
    ctx.table().transact(transaction).await.unwrap();
}

#[tokio::test]
async fn what_was_used_is_shown_by_day_and_in_all() {
    let world = World::open().await;
    for (day, feature, units) in [
        ("2026-10-31", "predictions", Some(100)),
        ("2026-11-02", "predictions", Some(42)),
        ("2026-11-03", "predictions", Some(8)),
        ("2026-11-03", "seats", None),
    ] {
        used(&world, day, feature, units).await;
    }
    let answer = get(&world, "").await;
    let row = |feature: &str, units: Option<i64>, events: i64| json!({ "planKey": "PREMIUM", "feature": feature, "used": { "units": units, "events": events } });
    assert_eq!(answer.at("/data/totals"), json!([row("predictions", Some(50), 6), row("seats", None, 3)]));
    assert_eq!(answer.at("/data/days").as_array().map(Vec::len), Some(3));
    let table = get(&world, "from=2026-11-03&format=csv").await;
    insta::assert_snapshot!(String::from_utf8_lossy(&table.body).replace('\r', ""), @r"
    row,date,planKey,feature,units,events
    day,2026-11-03,PREMIUM,predictions,8,3
    day,2026-11-03,PREMIUM,seats,,3
    total,,PREMIUM,predictions,8,3
    total,,PREMIUM,seats,,3
    ");
}
