use billing::{Plans, tenant_catalogue};
use http::Method;
use serde_json::{Value, json};
use table::Transaction;
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
