use billing::SubscriptionStatus;
use identity::Role;
use kernel::TenantId;
use serde_json::{Value, json};
use table::TenantScope;
use tenancy::{Tenant, TenantStatus};
use testkit::{Answer, Client, Fault, Stack};

use super::*;
use crate::tenants::world::{World, books};

const REASON: &str = "The pilot went well";

async fn convert(client: &Client, tenant: TenantId, token: &str, key: &str) -> Answer {
    let call = client.post(format!("/api/v1/tenants/{tenant}/convert"), json!({ "reason": REASON }));
    call.bearer(token).idempotency_key(key).send().await
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

#[tokio::test]
async fn an_owner_converts_in_the_trial_and_keeps_the_free_days() {
    let world = World::open().await;
    let client = world.stack.serve(crate::function);
    let answer = convert(&client, world.tenant.id, &world.owner.token, "k").await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    200 OK
    etag: "2"
    {
      "data": {
        "country": "ID",
        "createdAt": "2026-11-21T01:00:00.000Z",
        "currency": "IDR",
        "id": "tnt_01M7XSW1M00000000000000001",
        "name": "Toko toko-a",
        "ownerId": "usr_01M7XSW1M00000000000000002",
        "provisioning": {
          "status": "ready",
          "steps": []
        },
        "slug": "toko-a",
        "status": "ACTIVE",
        "timezone": "Asia/Jakarta",
        "trialEndsAt": "2026-12-05T01:00:00.000Z"
      },
      "success": true
    }
    "#);

    let stored = world.stored_tenant().await;
    assert_eq!(stored, Tenant { status: TenantStatus::Active, version: 2, ..world.tenant.clone() });
    assert_eq!(world.stored_subscription().await, world.subscription);
    let trail = world.trail("tenant.converted").await;
    assert_eq!(trail.len(), 1);
    assert_eq!(
        (&trail[0]["actor"], &trail[0]["target"], &trail[0]["details"]),
        (&json!({ "type": "user", "id": world.owner.user }), &json!(world.tenant.id), &json!({ "reason": REASON }))
    );
    let events = world.rows("OUT#2026112101").await;
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["type"], &events[0]["tenantId"]), (&json!("tenant.converted"), &json!(world.tenant.id)));
    let told = json!({
        "tenantId": world.tenant.id, "subscriptionId": world.subscription.id, "planKey": "STARTER",
        "billedFrom": "2026-12-05",
    });
    assert_eq!(events[0]["data"], told);
    assert_eq!((&events[0]["subject"], &events[0]["subjectVersion"]), (&json!(world.tenant.id), &json!(2)));
    // The end of the trial means nothing any more.
    world.stack.set_clock("2027-01-01T00:00:00Z");
    let token = world.stack.sign_in(&world.owner).await;
    let current = client.get("/api/v1/tenants/current").bearer(&token).send().await;
    assert_eq!(current.text("/data/status"), "ACTIVE");
    assert_eq!(current.text("/data/trialEndsAt"), "2026-12-05T01:00:00.000Z");
}

#[tokio::test]
async fn who_converts_late_is_billed_from_that_day() {
    for expired in [false, true] {
        let world = World::open().await;
        if expired {
            world.save(&world.subscription.clone().expired()).await;
        }
        // 03:00 of the 20th in Jakarta.
        world.stack.set_clock("2026-12-19T20:00:00Z");
        let token = world.stack.sign_in(&world.owner).await;
        let client = world.stack.serve(crate::function);
        let current = async || client.get("/api/v1/tenants/current").bearer(&token).send().await.text("/data/status");
        assert_eq!(current().await, "SUSPENDED");
        let suspension = client.get("/api/v1/tenants/current").bearer(&token).send().await.at("/data/suspension");
        let ended = json!({ "cause": "trial_over", "reason": null, "suspendedAt": "2026-12-05T01:00:00.000Z" });
        assert_eq!(suspension, ended);
        let path = format!("/api/v1/tenants/{}/provision", world.tenant.id);
        let closed = client.call(http::Method::POST, path).bearer(&token).send().await;
        assert!(closed.text("/detail").contains("trial is over"), "{}", closed.snapshot());
        assert_eq!(convert(&client, world.tenant.id, &token, "k").await.status, 200);
        assert_eq!(current().await, "ACTIVE");
        let begun = world.stored_subscription().await;
        assert_eq!((begun.status, begun.billed_until), (SubscriptionStatus::Active, begun.period.start));
        assert_eq!(begun.period.start.to_string(), "2026-12-20");
        // Its first fee is owed at once, in advance.
        assert_eq!(begun.due_at.to_string(), "2026-12-19T17:00:00.000Z");
        assert_eq!(world.rows("OUT#2026121920").await[0]["data"]["billedFrom"], "2026-12-20");
        // The platform's books tell that its subscription is billed from now on.
        let told = world.stack.rows().await.into_iter().find(|row| row["type"] == "subscription.trial_ended").unwrap();
        assert_eq!((&told["subject"], &told["data"]["standing"]["state"]), (&json!(begun.id), &json!("active")));
        assert_eq!((&told["tenantId"], &told["subjectVersion"]), (&json!(books().tenant()), &json!(begun.version)));
    }
}

#[tokio::test]
async fn another_plan_is_chosen_with_the_conversion_in_the_trial_and_after_it() {
    for at in ["2026-11-22T01:00:00Z", "2026-12-19T20:00:00Z"] {
        let world = World::open().await;
        let mut plans = Transaction::new();
        billing::Plans::insert_all(&mut plans, books(), &billing::tenant_catalogue()).unwrap();
        world.table().transact(plans).await.unwrap();
        let is_late = at > "2026-12";
        if is_late {
            world.save(&world.subscription.clone().expired()).await;
        }
        world.stack.set_clock(at);
        let token = world.stack.sign_in(&world.owner).await;
        let client = world.stack.serve(crate::function);
        let post = |key: &str, body: Value| {
            let call = client.post(format!("/api/v1/tenants/{}/convert", world.tenant.id), body);
            call.bearer(&token).idempotency_key(key).send()
        };
        let unknown = post("k0", json!({ "planKey": "GIGANTIC" })).await;
        assert_eq!(unknown.text("/errors/0/code"), "UNKNOWN_PLAN", "{}", unknown.snapshot());
        let chosen = post("k1", json!({ "planKey": "PROFESSIONAL", "interval": "year" })).await;
        assert_eq!(chosen.status, 200, "{}", chosen.snapshot());
        let own = world.stored_subscription().await;
        let has = (own.plan().key.to_string(), own.segment.interval, own.version);
        assert_eq!(has, ("PROFESSIONAL".to_owned(), billing::Interval::YEAR, if is_late { 3 } else { 2 }), "{at}");
        let is_billed = own.status == SubscriptionStatus::Active;
        assert_eq!(is_billed, is_late, "its free days go on");
        let rows = world.stack.rows().await;
        let told = |name: &str| rows.iter().filter(|row| row["type"] == name).collect::<Vec<_>>();
        assert_eq!(told("tenant.plan_changed").len(), 1);
        assert_eq!(told("tenant.converted")[0]["data"]["planKey"], "PROFESSIONAL");
        let of_books = if is_late { "subscription.trial_ended" } else { "subscription.plan_changed" };
        assert_eq!(told(of_books).len(), 1, "{at}");
        assert_eq!(world.trail("tenant.converted").await[0]["details"]["plan"], "PROFESSIONAL");
    }
}

#[tokio::test]
async fn a_plan_that_does_not_hold_the_members_is_not_converted_to() {
    let world = World::open().await;
    let mut plans = Transaction::new();
    billing::Plans::insert_all(&mut plans, books(), &billing::tenant_catalogue()).unwrap();
    world.table().transact(plans).await.unwrap();
    let professional = billing::tenant_catalogue().remove(1);
    let wanted = billing::PlanChange { plan: &professional, interval: billing::Interval::MONTH, quantity: 1 };
    let own = world.subscription.clone().converted(Some(wanted), world.stack.ctx().now()).unwrap().unwrap();
    world.save(&own).await;
    let counts = tenancy::limits::ResourceCounts::new(world.table(), TenantScope::new(world.tenant.id));
    let now = world.stack.ctx().now();
    let joined = |tx: &mut Transaction| Ok(counts.count(tx, kernel::Resource::Users, 11, now));
    table::write_alone(world.table(), joined).await.unwrap();
    let client = world.stack.serve(crate::function);
    let post = |key: &str, plan: &str| {
        let call = client.post(format!("/api/v1/tenants/{}/convert", world.tenant.id), json!({ "planKey": plan }));
        call.bearer(&world.owner.token).idempotency_key(key).send()
    };
    assert_eq!(code(&post("k1", "STARTER").await), (409, "OVER_PLAN_LIMITS".to_owned()));
    assert_eq!(world.stored_tenant().await.status, TenantStatus::Trial);
    assert_eq!(post("k2", "ENTERPRISE").await.status, 200);
}

#[tokio::test]
async fn a_tenant_that_the_platform_does_not_bill_converts_all_the_same() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    assert_eq!(convert(&client, tenant.id, &owner.token, "k").await.text("/data/status"), "ACTIVE");

    let world = World::open().await;
    let cancelled = world.subscription.clone().cancelled();
    world.save(&cancelled).await;
    let client = world.stack.serve(crate::function);
    assert_eq!(convert(&client, world.tenant.id, &world.owner.token, "k").await.status, 200);
    assert_eq!(world.stored_subscription().await, cancelled);
}

#[tokio::test]
async fn only_administrators_of_the_tenant_and_the_operator_convert_it() {
    let world = World::open().await;
    let (stack, id) = (&world.stack, world.tenant.id);
    let scope = TenantScope::new(id);
    let manager = stack.user(scope, "manager@example.com", Role::Manager).await;
    let customer = stack.user(scope, "budi@example.com", Role::User).await;
    let (_, stranger) = stack.tenant("toko-b").await;
    let operator = stack.user(books(), "operator@ruko.example", Role::Admin).await;
    let clerk = stack.user(books(), "clerk@ruko.example", Role::Manager).await;
    let mut transaction = Transaction::new();
    Tenants::insert(&mut transaction, &Tenant::platform(operator.user, stack.ctx().now())).unwrap();
    world.table().transact(transaction).await.unwrap();
    let client = stack.serve(crate::function);
    let absent: TenantId = "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    for (who, tenant, refusal) in [
        (&manager, id, (403, "FORBIDDEN")),
        (&customer, id, (403, "FORBIDDEN")),
        (&clerk, id, (403, "FORBIDDEN")),
        (&stranger, id, (404, "NOT_FOUND")),
        (&world.owner, absent, (404, "NOT_FOUND")),
        (&operator, absent, (404, "NOT_FOUND")),
        (&operator, TenantId::PLATFORM, (409, "NOT_IN_TRIAL")),
    ] {
        let (status, refusal) = (refusal.0, refusal.1.to_owned());
        assert_eq!(code(&convert(&client, tenant, &who.token, "k").await), (status, refusal), "{who:?} {tenant}");
    }
    let nameless = client.post(format!("/api/v1/tenants/{id}/convert"), json!({})).idempotency_key("k").send().await;
    assert_eq!(code(&nameless), (401, "UNAUTHENTICATED".to_owned()));
    assert_eq!((world.stored_tenant().await, world.trail("tenant.converted").await.len()), (world.tenant.clone(), 0));

    assert_eq!(convert(&client, id, &operator.token, "k2").await.text("/data/status"), "ACTIVE");
    let trail = world.trail("tenant.converted").await;
    assert_eq!(trail[0]["actor"], json!({ "type": "user", "id": operator.user }), "in the tenant's own trail");
}

#[tokio::test]
async fn a_server_with_the_permission_converts_too() {
    let world = World::open().await;
    let client = world.stack.serve(crate::function);
    let reader = world.stack.api_key(&world.owner, &["tenants:read"]).await;
    let writer = world.stack.api_key(&world.owner, &["tenants:write"]).await;
    let payer = world.stack.api_key(&world.owner, &["tenants:pay"]).await;
    world.stack.set_clock("2026-12-05T01:00:00Z");
    for other in [&reader, &writer] {
        assert_eq!(code(&convert(&client, world.tenant.id, other, "k").await), (403, "FORBIDDEN".to_owned()));
    }
    assert_eq!(convert(&client, world.tenant.id, &payer, "k").await.status, 200);
    assert_eq!(world.trail("tenant.converted").await[0]["actor"]["type"], "api_key");
}

#[tokio::test]
async fn once_is_enough() {
    let world = World::open().await;
    let client = world.stack.serve(crate::function);
    let again = async |key: &str| convert(&client, world.tenant.id, &world.owner.token, key).await;
    let first = again("k1").await;
    let replayed = again("k1").await;
    assert_eq!((replayed.status.as_u16(), &replayed.body), (200, &first.body));
    assert_eq!((replayed.header("idempotent-replayed"), replayed.header("etag")), ("true", "\"2\""));
    assert_eq!(code(&again("k2").await), (409, "NOT_IN_TRIAL".to_owned()));
    let keyless = client.post(format!("/api/v1/tenants/{}/convert", world.tenant.id), json!({}));
    let keyless = keyless.bearer(&world.owner.token).send().await;
    assert_eq!(code(&keyless), (400, "IDEMPOTENCY_KEY_REQUIRED".to_owned()));
    for (status, refusal) in
        [(TenantStatus::Suspended, (409, "NOT_IN_TRIAL")), (TenantStatus::Cancelled, (409, "NOT_IN_TRIAL"))]
    {
        world.has_status(status).await;
        let client = world.stack.serve(crate::function);
        let refused = convert(&client, world.tenant.id, &world.owner.token, "k3").await;
        assert_eq!(code(&refused), (refusal.0, refusal.1.to_owned()), "{status:?}");
    }
    assert_eq!((world.trail("tenant.converted").await.len(), world.rows("OUT#2026112101").await.len()), (1, 1));
}

#[tokio::test]
async fn ten_at_once_are_one_conversion() {
    for keys in [["k"; 10], ["k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9"]] {
        let world = World::open().await;
        world.stack.set_clock("2026-12-19T20:00:00Z");
        let token = world.stack.sign_in(&world.owner).await;
        let client = world.stack.serve(crate::function);
        let calls = keys.iter().map(|key| convert(&client, world.tenant.id, &token, key));
        let answers = futures::future::join_all(calls).await;
        let fresh = |answer: &&Answer| answer.status == 200 && answer.header("idempotent-replayed").is_empty();
        assert_eq!(answers.iter().filter(fresh).count(), 1);
        for answer in answers.iter().filter(|answer| !fresh(answer)) {
            let expected = if keys[0] == keys[1] { [200, 409] } else { [409, 409] };
            assert!(expected.contains(&answer.status.as_u16()), "{}", answer.snapshot());
        }
        assert_eq!((world.stored_tenant().await.version, world.stored_subscription().await.version), (2, 2));
        assert_eq!((world.trail("tenant.converted").await.len(), world.rows("OUT#2026121920").await.len()), (1, 1));
    }
}

#[tokio::test]
async fn a_crash_at_any_call_leaves_a_retry_that_ends_well() {
    let probe = World::open().await;
    let (ctx, counter) = probe.stack.breaking(None);
    let client = Client::new(crate::function(ctx));
    assert_eq!(convert(&client, probe.tenant.id, &probe.owner.token, "k").await.status, 200);
    let calls = counter.calls();
    assert_eq!(
        calls, 10,
        "standing, its plan, limit (twice in a new window), key, tenant, subscription (query, read), set-up, transaction"
    );
    for call in 0..calls {
        for fault in [Fault::Before(call), Fault::After(call)] {
            let world = World::open().await;
            let (ctx, _) = world.stack.breaking(Some(fault));
            let broken = Client::new(crate::function(ctx));
            let first = convert(&broken, world.tenant.id, &world.owner.token, "k").await;
            let second = convert(&broken, world.tenant.id, &world.owner.token, "k").await;
            assert!([200, 503].contains(&first.status.as_u16()), "{fault:?} {}", first.snapshot());
            assert_eq!((second.status.as_u16(), second.header("etag")), (200, "\"2\""), "{fault:?}");
            assert_eq!(
                (world.trail("tenant.converted").await.len(), world.rows("OUT#2026112101").await.len()),
                (1, 1),
                "{fault:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_reason_is_one_line_or_none() {
    let world = World::open().await;
    let client = world.stack.serve(crate::function);
    let path = format!("/api/v1/tenants/{}/convert", world.tenant.id);
    for reason in ["", "a\r\nb", &"a".repeat(201)] {
        let call = client.post(&path, json!({ "reason": reason })).bearer(&world.owner.token).idempotency_key("k");
        let answer = call.send().await;
        assert_eq!((answer.status.as_u16(), answer.text("/errors/0/pointer").as_str()), (422, "/reason"), "{reason:?}");
    }
    let unknown = client.post(&path, json!({ "status": "ACTIVE" })).bearer(&world.owner.token).idempotency_key("k");
    assert_eq!(unknown.send().await.text("/code"), "UNKNOWN_FIELD");
    let bare = client.call(http::Method::POST, &path).bearer(&world.owner.token).idempotency_key("k").send().await;
    assert_eq!(bare.status, 200, "without a body: {}", bare.snapshot());
    assert_eq!(world.trail("tenant.converted").await[0]["details"], Value::Null);
}
