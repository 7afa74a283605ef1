use billing::{Subscription, SubscriptionStatus, Subscriptions};
use cloud::Ctx;
use identity::Role;
use kernel::TenantId;
use serde_json::{Value, json};
use table::TenantScope;
use tenancy::{Tenant, TenantStatus};
use testkit::{Answer, Client, Ended, Fault, Interleaving, Member, task};

use crate::tenants::world::{World, books};

/// A world with an operator.
async fn world() -> (World, Member) {
    let world = World::open().await;
    let operator = world.stack.operator().await;
    (world, operator)
}

async fn edge(client: &Client, tenant: TenantId, token: &str, edge: &str) -> Answer {
    let call = client.post(format!("/api/v1/tenants/{tenant}/{edge}"), json!({ "reason": "Spam was sent" }));
    call.bearer(token).send().await
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

impl World {
    /// The names and versions of the tenant's events of the first hour.
    async fn told(&self) -> Vec<(String, u64)> {
        let rows = self.rows("OUT#2026112101").await;
        rows.iter()
            .map(|row| (row["type"].as_str().unwrap().to_owned(), row["subjectVersion"].as_u64().unwrap()))
            .collect()
    }

    async fn converts(&self) {
        let converted = self.stored_tenant().await.converted().unwrap();
        let mut transaction = table::Transaction::new();
        tenancy::Tenants::save_out_of_trial(&mut transaction, &converted).unwrap();
        self.table().transact(transaction).await.unwrap();
    }

    /// Entries of the operator's trail of an action.
    async fn operators_trail(&self, action: &str) -> Vec<Value> {
        let day = identity::audit::day_of(self.stack.ctx().now());
        let partition = books().partition(format!("AUDIT#{day}"));
        let page = self.table().query(table::Query::partition(partition)).await.unwrap();
        page.items.into_iter().map(Value::Object).filter(|row| row["action"] == action).collect()
    }

    async fn is_charged_for_a_period(&self) {
        let begun = self.stored_subscription().await.converted(None, self.stack.ctx().now()).unwrap();
        if let Some(begun) = begun {
            self.save(&begun).await;
        }
    }
}

#[tokio::test]
async fn the_operator_suspends_and_activates_and_both_trails_say_so() {
    let (world, operator) = world().await;
    world.converts().await;
    let client = world.stack.serve(crate::function);
    let answer = edge(&client, world.tenant.id, &operator.token, "suspend").await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    200 OK
    etag: "3"
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
        "status": "SUSPENDED",
        "suspension": {
          "cause": "operator",
          "reason": "Spam was sent",
          "suspendedAt": "2026-11-21T01:00:00.000Z"
        },
        "timezone": "Asia/Jakarta",
        "trialEndsAt": "2026-12-05T01:00:00.000Z"
      },
      "success": true
    }
    "#);
    assert_eq!(
        code(&edge(&client, world.tenant.id, &operator.token, "suspend").await),
        (409, "TENANT_STATUS".to_owned())
    );
    let subscription = world.stored_subscription().await;
    assert_eq!(subscription, world.subscription, "it is billed as before");

    let answer = edge(&client, world.tenant.id, &operator.token, "activate").await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/status")), (200, "ACTIVE".to_owned()));
    assert!(answer.at("/data/suspension").is_null());
    assert_eq!(
        code(&edge(&client, world.tenant.id, &operator.token, "activate").await),
        (409, "TENANT_STATUS".to_owned())
    );
    assert_eq!(world.told().await, [("tenant.suspended".to_owned(), 3), ("tenant.reactivated".to_owned(), 4)]);
    for action in ["tenant.suspended", "tenant.activated"] {
        for trail in [world.trail(action).await, world.operators_trail(action).await] {
            assert_eq!(trail.len(), 1, "{action}");
            assert_eq!(
                (&trail[0]["actor"]["id"], &trail[0]["target"], &trail[0]["details"]["reason"]),
                (&json!(operator.user), &json!(world.tenant.id), &json!("Spam was sent"))
            );
        }
    }
}

#[tokio::test]
async fn what_a_suspended_tenants_customers_see_has_no_reason() {
    let (world, operator) = world().await;
    let customer = world.stack.user(TenantScope::new(world.tenant.id), "budi@example.com", Role::User).await;
    let client = world.stack.serve(crate::function);
    assert_eq!(edge(&client, world.tenant.id, &operator.token, "suspend").await.status, 200);
    for (token, reason) in [(&customer.token, ""), (&world.owner.token, "Spam was sent")] {
        let seen = client.get("/api/v1/tenants/current").bearer(token).send().await;
        assert_eq!(
            (seen.text("/data/status"), seen.text("/data/suspension/reason")),
            ("SUSPENDED".to_owned(), reason.to_owned())
        );
    }
}

#[tokio::test]
async fn a_suspended_tenant_reads_pays_and_leaves_and_changes_nothing_else() {
    let (world, operator) = world().await;
    let client = world.stack.serve(crate::function);
    let path = format!("/api/v1/tenants/{}", world.tenant.id);
    let call = |method: &str, rest: &str, body: Value| {
        let call = client.call(method.parse().unwrap(), format!("{path}{rest}"));
        let key = format!("k{}", rest.replace('/', "-"));
        call.bearer(&world.owner.token).idempotency_key(&key).json(body).send()
    };
    assert_eq!(edge(&client, world.tenant.id, &operator.token, "suspend").await.status, 200);
    let stopped = world.stored_tenant().await;
    for (method, rest, body) in [
        ("PATCH", "", json!({ "name": "Toko Maju" })),
        ("PUT", "/settings/branding", json!({ "productName": "Hadiah" })),
        ("PUT", "/settings/security", json!({})),
        ("PUT", "/settings/features", json!({})),
        ("PUT", "/settings/compliance", json!({})),
        ("PUT", "/billing", json!({ "planKey": "ENTERPRISE", "interval": "month" })),
        ("POST", "/domains", json!({ "domain": "toko.example" })),
        ("POST", "/provision", json!({})),
    ] {
        assert_eq!(code(&call(method, rest, body).await), (403, "TENANT_SUSPENDED".to_owned()), "{method} {rest}");
    }
    assert_eq!(world.stored_tenant().await, stopped);
    let read = client.get(format!("{path}/settings/branding")).bearer(&world.owner.token).send().await;
    assert_eq!(read.status, 200);
    assert_eq!(call("POST", "/export", json!({})).await.status, 202);
    let convert = call("POST", "/convert", json!({})).await;
    assert_eq!(code(&convert), (409, "NOT_IN_TRIAL".to_owned()), "it is asked, and only a trial converts");
}

#[tokio::test]
async fn only_the_operator_suspends_and_lifts_a_suspension() {
    let (world, operator) = world().await;
    let scope = TenantScope::new(world.tenant.id);
    let manager = world.stack.user(scope, "manager@example.com", Role::Manager).await;
    let key = world.stack.api_key(&world.owner, &["tenants:write"]).await;
    let operators_key = world.stack.api_key(&operator, &["*"]).await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let client = world.stack.serve(crate::function);
    let id = world.tenant.id;
    for of in ["suspend", "activate"] {
        for (token, status) in [
            (&world.owner.token, (403, "FORBIDDEN")),
            (&manager.token, (403, "FORBIDDEN")),
            (&key, (403, "FORBIDDEN")),
            (&operators_key, (404, "NOT_FOUND")),
            (&stranger.token, (404, "NOT_FOUND")),
        ] {
            let answer = edge(&client, id, token, of).await;
            assert_eq!(code(&answer), (status.0, status.1.to_owned()), "{of}");
        }
    }
    assert_eq!(world.stored_tenant().await, world.tenant);
    assert_eq!(world.trail("access.denied").await.len(), 6, "each that was refused for want of the permission");
    // The owner has no way around a suspension.
    assert_eq!(edge(&client, id, &operator.token, "suspend").await.status, 200);
    let convert = client.post(format!("/api/v1/tenants/{id}/convert"), json!({})).bearer(&world.owner.token);
    assert_eq!(code(&convert.idempotency_key("k").send().await), (409, "NOT_IN_TRIAL".to_owned()));
    assert_eq!(code(&edge(&client, id, &world.owner.token, "activate").await), (403, "TENANT_SUSPENDED".to_owned()));
    // The platform cannot close itself.
    let own = operator.scope.tenant();
    for of in ["suspend", "cancel"] {
        assert_eq!(code(&edge(&client, own, &operator.token, of).await), (409, "TENANT_STATUS".to_owned()));
    }
    let wordless = client.post(format!("/api/v1/tenants/{id}/suspend"), json!({})).bearer(&operator.token).send().await;
    assert_eq!(wordless.status, 422);
}

#[tokio::test]
async fn a_tenant_that_the_operator_activates_out_of_its_trial_is_billed_as_after_a_conversion() {
    for suspended_before in [false, true] {
        let (world, operator) = world().await;
        let client = world.stack.serve(crate::function);
        if suspended_before {
            assert_eq!(edge(&client, world.tenant.id, &operator.token, "suspend").await.status, 200);
        }
        world.save(&world.subscription.clone().expired()).await;
        world.stack.set_clock("2026-12-19T20:00:00Z");
        let token = world.stack.sign_in(&operator).await;
        let answer = edge(&client, world.tenant.id, &token, "activate").await;
        assert_eq!((answer.status.as_u16(), answer.text("/data/status")), (200, "ACTIVE".to_owned()));
        let begun = world.stored_subscription().await;
        assert_eq!((begun.status, begun.period.start.to_string().as_str()), (SubscriptionStatus::Active, "2026-12-20"));
        let told = world.rows("OUT#2026121920").await;
        let name = if suspended_before { "tenant.reactivated" } else { "tenant.activated" };
        assert_eq!(told.iter().map(|row| row["type"].clone()).collect::<Vec<_>>(), [name]);
        let billed = (&told[0]["data"]["planKey"], &told[0]["data"]["billedFrom"]);
        assert_eq!(billed, (&json!("STARTER"), &json!("2026-12-20")));
        let due = world.rows(&format!("DUE#trial_end#{}", world.tenant.id)).await;
        assert_eq!(due.len(), 0, "its trial is over for good");
    }
}

/// A tenant that has paid, and is suspended since it did not pay any more; its subscription became this.
async fn unpaid(became: impl Fn(Subscription) -> Subscription) -> (World, String) {
    let (world, operator) = world().await;
    let mut plans = table::Transaction::new();
    billing::Plans::insert_all(&mut plans, books(), &billing::tenant_catalogue()).unwrap();
    world.table().transact(plans).await.unwrap();
    world.converts().await;
    let begun = world.subscription.clone().trial_ended(billing::GRACE).unwrap().begun(billing::GRACE).unwrap();
    let stopped = became(Subscription { version: 1, ..begun });
    world.save(&Subscription { version: 2, ..stopped }).await;
    let bill = events::tenant::FollowedBill { subscription_id: world.subscription.id, subscription_version: 2 };
    let suspended = world.stored_tenant().await.unpaid(bill, world.stack.ctx().now()).unwrap();
    table::write_alone(world.table(), |tx| tenancy::Tenants::save(tx, &suspended)).await.unwrap();
    world.stack.set_clock("2026-12-20T03:00:00Z");
    let token = world.stack.sign_in(&operator).await;
    (world, token)
}

fn suspended_on_the_19th(begun: Subscription) -> Subscription {
    begun.suspended("2026-12-19T03:00:00Z".parse().unwrap(), billing::GRACE).unwrap().unwrap()
}

impl World {
    /// The plan that the tenant is held to.
    async fn plan_in_force(&self) -> Option<String> {
        let row = self.table().get(&allowances::of_tenant_key(self.tenant.id)).await.unwrap();
        row.map(|row| allowances::InForce::read(row).unwrap().plan.key().to_owned())
    }

    async fn own(&self) -> Subscription {
        Subscriptions::new(self.table(), books()).own_of(self.tenant.id).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn whom_the_operator_activates_after_the_subscription_ended_has_a_new_one_of_the_same_plan() {
    let (world, token) = unpaid(|begun| suspended_on_the_19th(begun).cancel_stopped().unwrap()).await;
    assert_eq!(world.plan_in_force().await, None);
    let client = world.stack.serve(crate::function);
    let answer = edge(&client, world.tenant.id, &token, "activate").await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/status")), (200, "ACTIVE".to_owned()));
    let begun = world.own().await;
    assert_ne!(begun.id, world.subscription.id);
    assert_eq!((begun.status, begun.period.start.to_string().as_str()), (SubscriptionStatus::Active, "2026-12-20"));
    assert_eq!(begun.plan().key, world.subscription.plan().key);
    assert_eq!(world.plan_in_force().await.as_deref(), Some("STARTER"));
    // The last days of the former are invoiced later: the plan stays in force.
    let former = world.stored_subscription().await;
    assert_eq!((former.status, former.successor), (SubscriptionStatus::Cancelled, Some(begun.id)));
    world.save(&former.closed(billing::GRACE).unwrap()).await;
    assert_eq!(world.plan_in_force().await.as_deref(), Some("STARTER"));
    let partition = books().partition("OUT#2026122003");
    let told = world.table().query(table::Query::partition(partition)).await.unwrap().items;
    assert_eq!(told.iter().map(|row| row["type"].clone()).collect::<Vec<_>>(), ["subscription.created"]);
}

#[tokio::test]
async fn whom_the_operator_activates_while_the_subscription_is_stopped_goes_on_with_it() {
    let (world, token) = unpaid(suspended_on_the_19th).await;
    assert_eq!(world.plan_in_force().await, None);
    let client = world.stack.serve(crate::function);
    assert_eq!(edge(&client, world.tenant.id, &token, "activate").await.status, 200);
    let own = world.own().await;
    assert_eq!((own.id, own.status), (world.subscription.id, SubscriptionStatus::Active));
    assert_eq!(world.plan_in_force().await.as_deref(), Some("STARTER"));
}

#[tokio::test]
async fn who_would_have_no_plan_is_not_activated() {
    let (world, token) = unpaid(|begun| suspended_on_the_19th(begun).cancel_stopped().unwrap()).await;
    let mut transaction = table::Transaction::new();
    let now = world.stack.ctx().now();
    billing::Plans::archive(&mut transaction, books(), &world.subscription.plan().key, now).unwrap();
    world.table().transact(transaction).await.unwrap();
    let client = world.stack.serve(crate::function);
    let refused = edge(&client, world.tenant.id, &token, "activate").await;
    assert_eq!(code(&refused), (409, "PLAN_ARCHIVED".to_owned()));
    assert_eq!(world.stored_tenant().await.status, TenantStatus::Suspended);
}

#[tokio::test]
async fn an_owner_cancels_and_only_administrators_still_read() {
    let (world, _) = world().await;
    let scope = TenantScope::new(world.tenant.id);
    let customer = world.stack.user(scope, "budi@example.com", Role::User).await;
    let manager = world.stack.user(scope, "manager@example.com", Role::Manager).await;
    let client = world.stack.serve(crate::function);
    let id = world.tenant.id;
    assert_eq!(code(&edge(&client, id, &manager.token, "cancel").await).0, 403);
    let answer = edge(&client, id, &world.owner.token, "cancel").await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/status")), (200, "CANCELLED".to_owned()));
    assert_eq!(answer.text("/data/cancellation/by"), "tenant");
    assert_eq!(world.stored_subscription().await.status, SubscriptionStatus::Cancelled);
    assert_eq!(world.told().await, [("tenant.cancelled".to_owned(), 2)]);
    assert_eq!(world.trail("tenant.cancelled").await.len(), 1);
    assert_eq!(world.operators_trail("tenant.cancelled").await.len(), 0, "the operator did nothing");
    let due = world.rows(&format!("DUE#trial_end#{id}")).await;
    assert_eq!(due.len(), 0);
    for (token, status) in [(&world.owner.token, 200), (&manager.token, 403), (&customer.token, 403)] {
        let current = client.get("/api/v1/tenants/current").bearer(token).send().await;
        assert_eq!(current.status, status, "{}", current.snapshot());
    }
    let again = edge(&client, id, &world.owner.token, "cancel").await;
    assert_eq!(code(&again), (409, "TENANT_STATUS".to_owned()), "once is for good");
}

#[tokio::test]
async fn a_cancellation_needs_a_login_of_the_last_minutes() {
    let (world, _) = world().await;
    let client = world.stack.serve(crate::function);
    for (permission, refusal) in [("tenants:write", "FORBIDDEN"), ("tenants:erase", "STEP_UP_REQUIRED")] {
        let key = world.stack.api_key(&world.owner, &[permission]).await;
        let answer = edge(&client, world.tenant.id, &key, "cancel").await;
        assert_eq!(code(&answer), (403, refusal.to_owned()));
    }
    assert_eq!(world.stored_tenant().await, world.tenant);
}

#[tokio::test]
async fn the_operator_cancels_for_good_what_was_paid_in_advance_is_given_back_and_nothing_opens_it_again() {
    let (world, operator) = world().await;
    world.converts().await;
    world.stack.set_clock("2026-12-10T03:00:00Z");
    world.is_charged_for_a_period().await;
    let token = world.stack.sign_in(&operator).await;
    let client = world.stack.serve(crate::function);
    let id = world.tenant.id;
    let answer = edge(&client, id, &token, "cancel").await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/cancellation/by")), (200, "operator".to_owned()));
    let over: Subscription = world.stored_subscription().await;
    assert_eq!((over.status, over.closing), (SubscriptionStatus::Cancelled, true), "its last invoice is to come");
    assert_eq!(world.operators_trail("tenant.cancelled").await.len(), 1);
    for of in ["suspend", "activate", "cancel"] {
        assert_eq!(code(&edge(&client, id, &token, of).await), (409, "TENANT_STATUS".to_owned()), "{of}");
    }
}

#[tokio::test]
async fn a_retry_with_a_key_gets_the_first_answer() {
    let (world, operator) = world().await;
    let client = world.stack.serve(crate::function);
    let path = format!("/api/v1/tenants/{}/suspend", world.tenant.id);
    let call =
        || client.post(path.clone(), json!({ "reason": "Spam" })).bearer(&operator.token).idempotency_key("k").send();
    let (first, second) = (call().await, call().await);
    assert_eq!((first.status.as_u16(), second.status.as_u16(), &first.body), (200, 200, &second.body));
    assert_eq!(second.header("idempotent-replayed"), "true");
}

#[tokio::test]
async fn of_edges_at_once_each_is_decided_on_what_the_other_left() {
    let setup = async || {
        let (world, operator) = world().await;
        world.converts().await;
        let (id, token) = (world.tenant.id, operator.token.clone());
        let owner = world.owner.token.clone();
        let call = |token: String, of: &'static str| {
            task(async move |ctx: Ctx| edge(&Client::new(crate::function(ctx)), id, &token, of).await.status.as_u16())
        };
        let tasks = vec![call(token, "suspend"), call(owner, "cancel")];
        let World { stack, tenant, owner, subscription } = world;
        testkit::Beginning { stack, facts: (tenant, owner, subscription), tasks }
    };
    let check = async |ended: Ended<(Tenant, Member, Subscription), u16>| {
        let Ended { stack, facts: (tenant, owner, subscription), results } = ended;
        let world = World { stack, tenant, owner, subscription };
        let told = world.told().await;
        let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
        match names.as_slice() {
            ["tenant.suspended", "tenant.cancelled"] => assert_eq!(results, [200, 200]),
            ["tenant.cancelled"] => assert_eq!(results, [409, 200]),
            other => panic!("{other:?} {results:?}"),
        }
        assert_eq!(world.stored_tenant().await.status, TenantStatus::Cancelled);
    };
    Interleaving::sample(11, 30).passing("#RL#").passing("#USR#").passing("#IDEM#").run(setup, check).await;
}

#[tokio::test]
async fn a_death_anywhere_leaves_a_retry_that_ends_one_tenant_once() {
    let probe = world().await.0;
    let (ctx, counter) = probe.stack.breaking(None);
    let cancel = async |ctx: &Ctx, world: &World| {
        let path = format!("/api/v1/tenants/{}/cancel", world.tenant.id);
        let client = Client::new(crate::function(ctx.clone()));
        let call = client.post(path, json!({ "reason": "We moved" }));
        call.bearer(&world.owner.token).idempotency_key("k").send().await.status.as_u16()
    };
    assert_eq!(cancel(&ctx, &probe).await, 200);
    let calls = counter.calls();
    assert!(calls >= 5, "{calls}");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let (world, _) = world().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        let first = cancel(&ctx, &world).await;
        assert!([200, 503].contains(&first), "{fault:?} {first}");
        // Once it is over the first answer is still replayed to its key, or it is done.
        let second = cancel(&ctx, &world).await;
        assert_eq!(second, 200, "{fault:?}");
        assert_eq!(world.stored_tenant().await.status, TenantStatus::Cancelled, "{fault:?}");
        assert_eq!(world.told().await.len(), 1, "{fault:?}");
        let found = Subscriptions::new(world.table(), books()).get(world.subscription.id).await.unwrap();
        assert_eq!(found.unwrap().trusted("a test looks").status, SubscriptionStatus::Cancelled, "{fault:?}");
    }
}
