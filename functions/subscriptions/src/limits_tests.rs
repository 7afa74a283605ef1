//! How often callers may call, by the plans that they and their tenants have.

use billing::{
    BoundaryChange, Interval, NewSubscription, Plan, PlanAccess, Plans, RateLimits, Subscription, SubscriptionStatus,
    Subscriptions, tenant_catalogue,
};
use kernel::{Currency, Party, SubscriptionId, TenantId};
use serde_json::json;
use table::{TenantScope, Transaction};
use testkit::{Answer, Member};

use crate::world::World;

/// In an environment that knows nobody yet.
async fn call(world: &World, member: &Member) -> Answer {
    world.stack.serve(crate::function).get("/api/v1/plans").bearer(&member.token).send().await
}

async fn policy(world: &World, member: &Member) -> String {
    call(world, member).await.header("ratelimit-policy").to_owned()
}

const FREE: &str = r#""minute";q=10;w=60, "hour";q=100;w=3600, "day";q=1000;w=86400"#;
const NONE: &str = r#""minute";q=60;w=60, "hour";q=1000;w=3600, "day";q=10000;w=86400"#;
const ENTERPRISE: &str = r#""minute";q=1000;w=60, "hour";q=25000;w=3600"#;
const MEMBER: &str = r#""minute";q=300;w=60"#;

#[tokio::test]
async fn a_customer_is_limited_by_the_plans_in_force() {
    let world = World::open().await;
    assert_eq!(policy(&world, &world.customer).await, NONE);
    let free = world.subscribed(&world.customer, "k1", "FREE", "USD").await;
    assert_eq!(policy(&world, &world.customer).await, FREE);
    world.subscribed(&world.customer, "k2", "ENTERPRISE", "USD").await;
    assert_eq!(policy(&world, &world.customer).await, ENTERPRISE, "the most of each window");
    assert_eq!(policy(&world, &world.owner).await, MEMBER, "a member is limited by the tenant's plan");
    let stored = Subscriptions::new(world.stack.ctx().table(), world.owner.scope);
    let stored = stored.get_many(&[free.parse().unwrap()]).await.unwrap().remove(0);
    save(&world, world.owner.scope, stored.clone().schedule(BoundaryChange::Cancelled)).await;
    assert_eq!(policy(&world, &world.customer).await, ENTERPRISE);
}

#[tokio::test]
async fn a_plan_is_in_force_while_its_subscription_is_billed() {
    let world = World::open().await;
    let id = world.subscribed(&world.customer, "k1", "FREE", "USD").await;
    let stored = Subscriptions::new(world.stack.ctx().table(), world.owner.scope);
    let mut now = stored.get_many(&[id.parse().unwrap()]).await.unwrap().remove(0);
    for (status, expected) in [
        (SubscriptionStatus::PastDue, FREE),
        (SubscriptionStatus::Paused, NONE),
        (SubscriptionStatus::Active, FREE),
        (SubscriptionStatus::Suspended, NONE),
        (SubscriptionStatus::Trialing, FREE),
        (SubscriptionStatus::Cancelled, NONE),
        (SubscriptionStatus::Expired, NONE),
    ] {
        now = Subscription { status, version: now.version + 1, ..now };
        save(&world, world.owner.scope, now.clone()).await;
        assert_eq!(policy(&world, &world.customer).await, expected, "{status:?}");
    }
}

async fn save(world: &World, scope: TenantScope, subscription: Subscription) {
    let mut transaction = Transaction::new();
    Subscriptions::save(&mut transaction, scope, &subscription).unwrap();
    world.stack.ctx().table().transact(transaction).await.unwrap();
}

#[tokio::test]
async fn members_and_keys_are_limited_by_the_tenants_plan() {
    let world = World::open().await;
    let ctx = world.stack.ctx();
    let key = world.stack.api_key(&world.owner, &["plans:read"]).await;
    let books = TenantScope::new(TenantId::PLATFORM);
    for (plan, calls) in tenant_catalogue().into_iter().zip([300, 1_000, 5_000]) {
        let new = NewSubscription {
            id: SubscriptionId::new(ctx.new_ulid()),
            party: Party::Tenant(world.owner.scope.tenant()),
            currency: Currency::USD,
            interval: Interval::MONTH,
            quantity: 1,
            zone: "UTC".parse().unwrap(),
        };
        let subscription = Subscription::start(new, &plan, ctx.now()).unwrap();
        let mut transaction = Transaction::new();
        Plans::insert(&mut transaction, books, &plan).unwrap();
        Subscriptions::insert(&mut transaction, books, &subscription).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        for token in [&key, &world.owner.token] {
            let answer = world.stack.serve(crate::function).get("/api/v1/plans").bearer(token).send().await;
            assert_eq!(answer.header("ratelimit-policy"), format!("\"minute\";q={calls};w=60"), "{}", plan.key);
        }
        assert_eq!(policy(&world, &world.customer).await, NONE, "which is not that of its customers");
    }
}

#[tokio::test]
async fn what_is_over_the_limit_is_refused_in_words_and_in_headers() {
    let world = World::open().await;
    world.subscribed(&world.customer, "k1", "FREE", "USD").await;
    let client = world.stack.serve(crate::function);
    let call = || client.get("/api/v1/plans").bearer(&world.customer.token);
    world.stack.set_clock("2026-11-21T01:01:18Z");
    let first = call().send().await;
    assert_eq!(first.header("ratelimit"), r#""minute";r=9;t=42, "hour";r=98;t=3522, "day";r=998;t=82722"#);
    for _ in 1..10 {
        assert_eq!(call().send().await.status, 200);
    }
    for _ in 0..3 {
        let refused = call().send().await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (429, "RATE_LIMITED"));
        assert_eq!(refused.text("/detail"), "too many calls: the 10 of this minute are used up; wait 42 seconds");
        let header = |name| refused.header(name).to_owned();
        assert_eq!(header("retry-after"), "42");
        assert_eq!(header("ratelimit"), r#""minute";r=0;t=42, "hour";r=89;t=3522, "day";r=989;t=82722"#);
        let older = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"].map(header);
        assert_eq!(older, ["10", "0", "42"]);
    }
    world.stack.set_clock("2026-11-21T01:02:00Z");
    assert_eq!(call().send().await.header("x-ratelimit-remaining"), "9");
}

#[tokio::test]
async fn a_tenants_own_plan_says_what_it_likes() {
    let world = World::open().await;
    let body = |limits: serde_json::Value| {
        json!({ "key": "TINY", "name": "Tiny", "rateLimits": limits, "access": "basic",
            "prices": [{ "currency": "IDR", "base": { "model": "flat", "amount": { "amount": 0, "currency": "IDR" } } }] })
    };
    for (limits, pointer) in
        [(json!({ "minute": 0 }), "/rateLimits/minute"), (json!({ "day": 1_000_001 }), "/rateLimits/day")]
    {
        let refused = world.post(&world.owner, "/api/v1/plans", "bad", body(limits)).await;
        assert_eq!((refused.status.as_u16(), refused.text("/errors/0/pointer").as_str()), (422, pointer));
    }
    let made = world.post(&world.owner, "/api/v1/plans", "good", body(json!({ "hour": 7 }))).await;
    assert_eq!(made.status, 201, "{}", made.snapshot());
    assert_eq!((made.at("/data/rateLimits"), made.text("/data/access")), (json!({ "hour": 7 }), "basic".to_owned()));
    world.subscribed(&world.customer, "k1", "TINY", "IDR").await;
    assert_eq!(policy(&world, &world.customer).await, r#""hour";q=7;w=3600"#);
}

#[tokio::test]
async fn a_version_of_a_plan_changes_nothing_for_who_has_an_older_one() {
    let world = World::open().await;
    world.subscribed(&world.customer, "k1", "FREE", "USD").await;
    let mut transaction = Transaction::new();
    let free = billing::catalogue().remove(0);
    let next = Plan { version: 2, rate_limits: RateLimits::default(), access: PlanAccess::Full, ..free };
    Plans::insert(&mut transaction, world.owner.scope, &next).unwrap();
    world.stack.ctx().table().transact(transaction).await.unwrap();
    assert_eq!(policy(&world, &world.customer).await, FREE);
}

#[tokio::test]
async fn a_plan_costs_reads_when_the_caller_is_new_and_none_after() {
    let world = World::open().await;
    world.subscribed(&world.customer, "k1", "FREE", "USD").await;
    let client = world.stack.serve(crate::function);
    let cost = async || {
        let before = world.stack.ctx().ports().meter.total();
        assert_eq!(client.get("/api/v1/plans").bearer(&world.customer.token).send().await.status, 200);
        world.stack.ctx().ports().meter.total().since(before).round_trips
    };
    // Standing, plans in force, what the plan says; the limiter; the two queries of the endpoint.
    assert_eq!([cost().await, cost().await], [3 + 1 + 2, 1 + 2]);
    world.stack.set_clock("2026-11-21T01:00:31Z");
    assert_eq!(cost().await, 2 + 1 + 2, "what a version says is known for good");
}
