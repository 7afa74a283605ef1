//! Callers of a tenant that has used all the calls of a month.

use billing::Quota;
use http::Method;
use identity::Role;
use kernel::Resource;
use serde_json::json;
use tenancy::limits::ResourceCounts;
use testkit::{Answer, Client, Member};

use crate::world::World;

/// A world whose tenant has so many calls a month, of which 1,000 are used.
async fn with_calls_used(quota: Quota) -> World {
    let world = World::open().await;
    let (ctx, scope) = (world.stack.ctx(), world.owner.scope);
    world.stack.limited(scope, 7, &[("apiCallsPerMonth", quota)]).await;
    let counts = ResourceCounts::new(ctx.table(), scope);
    let write = table::write_alone(ctx.table(), |tx| Ok(counts.count(tx, Resource::ApiCalls, 1_000, ctx.now())));
    write.await.unwrap();
    world
}

async fn list(client: &Client, token: &str) -> Answer {
    client.get("/api/v1/subscriptions").bearer(token).send().await
}

#[tokio::test]
async fn where_the_plan_blocks_more_every_caller_is_refused_until_the_month_is_over() {
    let world = with_calls_used(Quota::AtMost(1_000)).await;
    let client = world.stack.serve(crate::function);
    let key = world.stack.api_key(&world.owner, &["subscriptions:read"]).await;
    for token in [&world.owner.token, &key, &world.customer.token] {
        let refused = list(&client, token).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (429, "QUOTA_EXCEEDED"));
        assert!(refused.text("/detail").contains("2026-12-01T00:00:00.000Z"), "{}", refused.snapshot());
        // From 01:00 of the 21st to the end of the 30th.
        assert_eq!(refused.header("retry-after"), (9 * 86_400 + 23 * 3_600 + 1).to_string());
    }
    let write = client.call(Method::POST, "/api/v1/plans").json(json!({})).bearer(&world.owner.token).send().await;
    assert_eq!(write.text("/code"), "QUOTA_EXCEEDED", "before anything else is looked at");

    // Another tenant's callers are let in, and next month all are; an environment knows it by itself.
    let (_, other) = world.stack.tenant("toko-b").await;
    assert_eq!(list(&client, &other.token).await.status.as_u16(), 200);
    world.stack.set_clock("2026-11-30T23:59:59.999Z");
    let token = world.stack.sign_in(&world.owner).await;
    assert_eq!(list(&client, &token).await.status.as_u16(), 429);
    world.stack.set_clock("2026-12-01T00:00:00.000Z");
    assert_eq!(list(&client, &token).await.status.as_u16(), 200, "what is known of it ends with the month");
}

#[tokio::test]
async fn where_more_is_billed_and_where_some_is_left_nobody_is_refused() {
    for quota in [Quota::Including(1_000), Quota::AtMost(1_001), Quota::Unlimited] {
        let world = with_calls_used(quota).await;
        let client = world.stack.serve(crate::function);
        let manager: Member = world.stack.user(world.owner.scope, "m@toko-a.example", Role::Manager).await;
        assert_eq!(list(&client, &manager.token).await.status.as_u16(), 200, "{quota:?}");
    }
}
