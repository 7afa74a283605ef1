use billing::{Plans, tenant_catalogue};
use http::Method;
use identity::Role;
use kernel::Resource;
use serde_json::{Value, json};
use table::{TenantScope, Transaction};
use tenancy::limits::ResourceCounts;
use testkit::{Answer, Client};

use crate::tenants::world::{World, books};

/// A company in its trial, with STARTER by the month.
async fn world() -> World {
    let world = World::open().await;
    let mut plans = Transaction::new();
    Plans::insert_all(&mut plans, books(), &tenant_catalogue()).unwrap();
    world.table().transact(plans).await.unwrap();
    world
}

async fn put(client: &Client, world: &World, token: &str, (plan, interval): (&str, &str)) -> Answer {
    let call = client.call(Method::PUT, format!("/api/v1/tenants/{}/billing", world.tenant.id));
    call.bearer(token).json(json!({ "planKey": plan, "interval": interval })).send().await
}

/// The company pays from 2026-12-05 on; it is the 10th.
async fn paying() -> (World, String) {
    let world = world().await;
    let mut transaction = Transaction::new();
    let converted = world.stored_tenant().await.converted().unwrap();
    tenancy::Tenants::save_out_of_trial(&mut transaction, &converted).unwrap();
    world.table().transact(transaction).await.unwrap();
    let begun = world.subscription.clone().trial_ended(jiff::SignedDuration::from_hours(1)).unwrap();
    world.save(&begun).await;
    world.stack.set_clock("2026-12-10T03:00:00Z");
    let token = world.stack.sign_in(&world.owner).await;
    (world, token)
}

impl World {
    /// The names and plans that the tenant's events of an hour tell of.
    async fn plans_told(&self, hour: &str) -> Vec<(Value, Value, Value)> {
        let rows = self.rows(&format!("OUT#{hour}")).await;
        let told = rows.into_iter().filter(|row| row["type"] == "tenant.plan_changed");
        told.map(|row| (row["data"]["planKey"].clone(), row["data"]["interval"].clone(), row["data"]["from"].clone()))
            .collect()
    }
}

#[tokio::test]
async fn in_a_trial_the_plan_changes_at_once_and_nothing_is_billed() {
    let world = world().await;
    let client = world.stack.serve(crate::function);
    let answer = put(&client, &world, &world.owner.token, ("PROFESSIONAL", "year")).await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    200 OK
    etag: "2"
    {
      "data": {
        "currency": "IDR",
        "interval": "year",
        "nextInvoiceAt": "2026-12-05T01:00:00.000Z",
        "periodEnd": "2026-12-05",
        "periodStart": "2026-11-21",
        "planKey": "PROFESSIONAL",
        "scheduled": null,
        "status": "trialing",
        "subscriptionId": "sub_01M7XSW1M00000000000000007"
      },
      "success": true
    }
    "#);
    let stored = world.stored_subscription().await;
    assert_eq!((stored.status, stored.adjustments.len()), (billing::SubscriptionStatus::Trialing, 0));
    // Again: nothing is told twice.
    assert_eq!(put(&client, &world, &world.owner.token, ("PROFESSIONAL", "year")).await.body, answer.body);
    assert_eq!(world.plans_told("2026112101").await, [(json!("PROFESSIONAL"), json!("year"), json!("2026-11-21"))]);
    assert_eq!(world.trail("tenant.plan_changed").await.len(), 1);
    let read =
        client.get(format!("/api/v1/tenants/{}/billing", world.tenant.id)).bearer(&world.owner.token).send().await;
    assert_eq!((&read.body, read.header("etag")), (&answer.body, "\"2\""));
}

#[tokio::test]
async fn more_holds_at_once_and_less_from_the_next_period_on() {
    let (world, token) = paying().await;
    let client = world.stack.serve(crate::function);
    let answer = put(&client, &world, &token, ("PROFESSIONAL", "month")).await;
    assert_eq!((answer.text("/data/planKey").as_str(), answer.at("/data/scheduled").is_null()), ("PROFESSIONAL", true));
    let plans = world.stored_subscription().await.segments().map(|part| part.plan.key.to_string()).collect::<Vec<_>>();
    assert_eq!(plans, ["STARTER", "PROFESSIONAL"], "each is billed for its days");
    let answer = put(&client, &world, &token, ("STARTER", "month")).await;
    assert_eq!(
        (answer.text("/data/planKey"), answer.text("/data/scheduled/planKey"), answer.text("/data/scheduled/on")),
        ("PROFESSIONAL".to_owned(), "STARTER".to_owned(), answer.text("/data/periodEnd"))
    );
    // What it has, once more: what waits is taken back.
    let answer = put(&client, &world, &token, ("PROFESSIONAL", "month")).await;
    assert!(answer.at("/data/scheduled").is_null(), "{}", answer.snapshot());
    let plans: Vec<Value> = world.plans_told("2026121003").await.into_iter().map(|(plan, ..)| plan).collect();
    assert_eq!(plans, ["PROFESSIONAL", "STARTER", "PROFESSIONAL"]);
    let partition = books().partition("OUT#2026121003");
    let told = world.table().query(table::Query::partition(partition)).await.unwrap().items;
    let names: Vec<&Value> = told.iter().map(|row| &row["type"]).collect();
    assert_eq!(names, ["subscription.plan_changed", "subscription.change_scheduled", "subscription.change_withdrawn"]);
}

#[tokio::test]
async fn bad_plans_old_versions_and_strangers_change_nothing() {
    let (world, token) = paying().await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let client = world.stack.serve(crate::function);
    let refused = put(&client, &world, &token, ("PROFESIONAL", "month")).await;
    assert_eq!((refused.status.as_u16(), refused.text("/errors/0/code").as_str()), (422, "UNKNOWN_PLAN"));
    let refused = put(&client, &world, &token, ("STARTER", "quarter")).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (422, "PLAN_NOT_OFFERED"));
    assert_eq!(put(&client, &world, &stranger.token, ("ENTERPRISE", "month")).await.status, 404);
    let call = client.call(Method::PUT, format!("/api/v1/tenants/{}/billing", world.tenant.id)).bearer(&token);
    let call = call.json(json!({ "planKey": "ENTERPRISE", "interval": "month" })).header("if-match", "\"9\"");
    assert_eq!(call.send().await.status, 412);
    let before = world.stored_subscription().await;
    world
        .save(&billing::Subscription {
            status: billing::SubscriptionStatus::Suspended,
            version: before.version + 1,
            ..before
        })
        .await;
    let refused = put(&client, &world, &token, ("ENTERPRISE", "month")).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "SUBSCRIPTION_STATUS"));
    assert_eq!(world.plans_told("2026121003").await, []);
}

impl World {
    /// Counts so much more of a resource.
    async fn keeps(&self, resource: Resource, amount: u64) {
        let counts = ResourceCounts::new(self.table(), TenantScope::new(self.tenant.id));
        let now = self.stack.ctx().now();
        table::write_alone(self.table(), |tx| Ok(counts.count(tx, resource, amount, now))).await.unwrap();
    }

    async fn gives_back(&self, resource: Resource, amount: u64) {
        let counts = ResourceCounts::new(self.table(), TenantScope::new(self.tenant.id));
        let now = self.stack.ctx().now();
        table::write_alone(self.table(), |tx| Ok(counts.give_back(tx, resource, amount, now))).await.unwrap();
    }

    /// How many members the tenant may have, and whether one more may join.
    async fn members(&self) -> (Option<u64>, bool) {
        let counts = ResourceCounts::new(self.table(), TenantScope::new(self.tenant.id));
        let state = counts.state(Resource::Users, self.stack.ctx().now()).await.unwrap();
        (state.quota.limit(), state.take(1).is_ok())
    }
}

#[tokio::test]
async fn a_smaller_plan_is_refused_while_there_is_more_than_it_allows() {
    // In a trial, where it would hold at once, and while it is paid, where it would hold later.
    for is_paying in [false, true] {
        let (world, token) = if is_paying {
            paying().await
        } else {
            let world = world().await;
            let token = world.owner.token.clone();
            (world, token)
        };
        let client = world.stack.serve(crate::function);
        assert_eq!(put(&client, &world, &token, ("PROFESSIONAL", "month")).await.status, 200);
        world.keeps(Resource::Users, 11).await;
        world.keeps(Resource::StorageBytes, (5 << 30) + 7).await;
        let before = world.stored_subscription().await;
        let refused = put(&client, &world, &token, ("STARTER", "month")).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "OVER_PLAN_LIMITS"));
        let detail = refused.text("/detail");
        for part in ["12 members of 10, 2 too many", "5368709127 bytes of files of 5368709120, 7 too many"] {
            assert!(detail.contains(part), "{detail}");
        }
        assert_eq!(world.stored_subscription().await, before, "{is_paying}");
        world.gives_back(Resource::Users, 2).await;
        world.gives_back(Resource::StorageBytes, 7).await;
        assert_eq!(put(&client, &world, &token, ("STARTER", "month")).await.status, 200, "{is_paying}");
    }
}

#[tokio::test]
async fn until_a_smaller_plan_holds_nobody_joins_beyond_it() {
    let (world, token) = paying().await;
    let client = world.stack.serve(crate::function);
    assert_eq!(put(&client, &world, &token, ("PROFESSIONAL", "month")).await.status, 200);
    world.stack.user(TenantScope::new(world.tenant.id), "m@toko-a.example", Role::Manager).await;
    world.keeps(Resource::Users, 8).await;
    assert_eq!(world.members().await, (Some(100), true));
    let counts = ResourceCounts::new(world.table(), TenantScope::new(world.tenant.id));
    let seen = counts.state(Resource::Users, world.stack.ctx().now()).await.unwrap();
    assert_eq!(put(&client, &world, &token, ("STARTER", "month")).await.status, 200);
    assert_eq!(world.members().await, (Some(10), false));
    // Who was about to join, and had read what held before, is decided again.
    let mut joins = Transaction::new();
    let cause = tenancy::limits::LimitCause {
        event: kernel::EventId::new(world.stack.ctx().new_ulid()),
        cause: kernel::RequestId::new(world.stack.ctx().new_ulid()).into(),
    };
    counts.take(&mut joins, &seen.take(1).unwrap(), cause).unwrap();
    assert!(world.table().transact(joins).await.is_err());
    // What is taken back opens the larger plan again.
    assert_eq!(put(&client, &world, &token, ("PROFESSIONAL", "month")).await.status, 200);
    assert_eq!(world.members().await, (Some(100), true));
}
