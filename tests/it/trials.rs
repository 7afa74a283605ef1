//! The end of a trial, over all functions: what goes on for a company that forgot to convert; and the races between the
//! function that converts a tenant and those that bill it and end its trial.

use billing::{Invoices, InvoicesOf, Showing, Subscription, SubscriptionStatus, Subscriptions, tenant_catalogue};
use cloud::{Ctx, Function};
use identity::Role;
use kernel::SubscriptionId;
use serde_json::{Value, json};
use table::{OperatorScope, Query, TenantScope, Transaction, pages::PageRequest};
use tenancy::{Tenant, Tenants};
use testkit::{Beginning, Client, Ended, Interleaving, Member, Stack, task};

use crate::{
    company::{PASSWORD, sign_in, sign_up},
    sandbox::{Call, Sandbox},
};

/// A tenant that signed up at 2026-11-21T01:00:00Z: its trial ends 14 days later to the millisecond, the free days of
/// its own subscription when 2026-12-05 begins in Jakarta, on 2026-12-04T17:00:00Z.
#[derive(Clone)]
struct Newcomer {
    owner: Member,
    subscription: SubscriptionId,
}

fn books() -> TenantScope {
    OperatorScope::assume("a test looks at the platform's books").platform()
}

async fn newcomer() -> (Stack, Newcomer) {
    let stack = Stack::start().await;
    let operator = stack.user(books(), "operator@ruko.example", Role::Admin).await;
    let mut transaction = Transaction::new();
    Tenants::insert(&mut transaction, &Tenant::platform(operator.user, stack.ctx().now())).unwrap();
    billing::Plans::insert_all(&mut transaction, books(), &tenant_catalogue()).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    let body = json!({ "name": "Toko Baru", "owner": { "email": "sri@example.com", "password": PASSWORD } });
    let client = stack.serve(tenants_api::function);
    let made = client.post("/api/v1/tenants", body).idempotency_key("k").send().await;
    assert_eq!(made.status, 201, "{}", made.snapshot());
    let scope = TenantScope::new(made.text("/data/tenant/id").parse().unwrap());
    let owner = Member { scope, user: made.text("/data/owner/id").parse().unwrap(), token: String::new() };
    let subscriptions = Subscriptions::new(stack.ctx().table(), books());
    let subscription = subscriptions.list(&PageRequest::default()).await.unwrap().items[0].id;
    (stack, Newcomer { owner, subscription })
}

impl Newcomer {
    async fn convert(&self, ctx: Ctx, token: &str) -> u16 {
        let client = Client::new(tenants_api::function(ctx));
        let call = client.post(format!("/api/v1/tenants/{}/convert", self.owner.scope.tenant()), json!({}));
        call.bearer(token).idempotency_key("convert").send().await.status.as_u16()
    }

    /// The worker is told, as by SQS, to bill what is due.
    async fn bill(&self, ctx: Ctx, as_of: &str) {
        let Function::Event(handle) = billing_worker::function(ctx) else { panic!("not woken by events") };
        let work = json!({ "tenantId": books().tenant(), "subscriptionId": self.subscription, "asOf": as_of });
        let record = json!({ "messageId": "1", "body": work.to_string(), "attributes": {}, "messageAttributes": {} });
        assert_eq!(handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"], json!([]));
    }

    /// The tenants worker is told, as from the agenda, that the trial is over.
    async fn end_trial(&self, ctx: Ctx) {
        let Function::Event(handle) = tenants_worker::function(ctx) else { panic!("not woken by events") };
        let tenant = self.owner.scope.tenant();
        let work = json!({ "tenantId": tenant, "kind": "trial_end", "id": tenant, "at": "2026-12-05T01:00:00.000Z" });
        let record = json!({ "messageId": "1", "body": work.to_string(), "attributes": {}, "messageAttributes": {} });
        assert_eq!(handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"], json!([]));
    }

    async fn bill_at(&self, stack: &Stack, now: &str) {
        stack.set_clock(now);
        for _ in 0..2 {
            self.bill(stack.ctx().clone(), now).await;
        }
    }

    async fn stored(&self, stack: &Stack) -> Subscription {
        let found = Subscriptions::new(stack.ctx().table(), books()).get(self.subscription).await.unwrap();
        found.unwrap().trusted("a test looks")
    }

    /// The conversions that the tenant's events of an hour tell of, and how often they tell of an expired trial.
    async fn told(&self, stack: &Stack, hour: &str) -> (Vec<Value>, usize) {
        let partition = self.owner.scope.partition(format!("OUT#{hour}"));
        let rows = stack.ctx().table().query(Query::partition(partition)).await.unwrap().items;
        let of = |name: &'static str| rows.iter().filter(move |row| row["type"] == name);
        let converted = of("tenant.converted").map(|row| row["data"]["billedFrom"].clone()).collect();
        (converted, of("tenant.trial_expired").count())
    }
}

/// The first days of the periods whose fees were invoiced, oldest first.
async fn invoiced_from(stack: &Stack) -> Vec<String> {
    let invoices = Invoices::new(stack.ctx().table(), books());
    let listed = invoices.list(InvoicesOf::Tenant, Showing::All, &PageRequest::default()).await.unwrap().items;
    listed.iter().rev().map(|invoice| invoice.lines[0].service.unwrap().start.to_string()).collect()
}

#[tokio::test]
async fn a_tenant_that_converts_late_is_invoiced_from_that_day_on() {
    // Whether the worker ended the trial before, or comes only after the conversion.
    for worker_was_there in [true, false] {
        let (stack, tenant) = newcomer().await;
        if worker_was_there {
            stack.set_clock("2026-12-05T01:00:00Z");
            tenant.end_trial(stack.ctx().clone()).await;
            assert_eq!(tenant.stored(&stack).await.status, SubscriptionStatus::Expired);
        }
        stack.set_clock("2026-12-19T20:00:00Z");
        let token = stack.sign_in(&tenant.owner).await;
        assert_eq!(tenant.convert(stack.ctx().clone(), &token).await, 200);
        for (now, invoiced) in [
            ("2026-12-19T20:00:00Z", &["2026-12-20"][..]),
            ("2027-01-19T17:59:59Z", &["2026-12-20"]),
            ("2027-01-19T18:00:00Z", &["2026-12-20", "2027-01-20"]),
            ("2027-02-19T18:00:00Z", &["2026-12-20", "2027-01-20", "2027-02-20"]),
        ] {
            tenant.bill_at(&stack, now).await;
            assert_eq!(invoiced_from(&stack).await, invoiced, "{now} {worker_was_there}");
        }
    }
}

/// Who works beside the conversion.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rival {
    Billing,
    EndOfTrial,
}

#[tokio::test]
async fn a_conversion_that_races_the_workers_is_billed_from_the_right_day() {
    // An hour before the end of the free days; when they are over, when the trial is, and long after it.
    for (rival, now, from) in [
        (Rival::Billing, "2026-12-04T16:00:00Z", "2026-12-05"),
        (Rival::Billing, "2026-12-04T18:00:00Z", "2026-12-05"),
        (Rival::Billing, "2026-12-05T01:00:00Z", "2026-12-05"),
        (Rival::EndOfTrial, "2026-12-05T01:00:00Z", "2026-12-05"),
        (Rival::EndOfTrial, "2026-12-19T20:00:00Z", "2026-12-20"),
    ] {
        let setup = async || {
            let (stack, tenant) = newcomer().await;
            stack.set_clock(now);
            let token = stack.sign_in(&tenant.owner).await;
            let (converting, worked_on) = (tenant.clone(), tenant.clone());
            let tasks = vec![
                task(async move |ctx| converting.convert(ctx, &token).await),
                task(async move |ctx| {
                    match rival {
                        Rival::Billing => worked_on.bill(ctx, now).await,
                        Rival::EndOfTrial => worked_on.end_trial(ctx).await,
                    }
                    0
                }),
            ];
            Beginning { stack, facts: tenant, tasks }
        };
        let check = async |Ended { stack, facts: tenant, results }: Ended<Newcomer, u16>| {
            assert_eq!(results, [200, 0]);
            let (converted, expired) = tenant.told(&stack, &now[..13].replace(['-', 'T'], "")).await;
            assert_eq!(converted, [from]);
            assert!(expired <= usize::from(rival == Rival::EndOfTrial));
            // What the worker left because the free days were still on, it takes up when they are over.
            let later = now.max("2026-12-05T01:00:00Z");
            tenant.bill_at(&stack, later).await;
            tenant.end_trial(stack.ctx().clone()).await;
            let stored = tenant.stored(&stack).await;
            assert_eq!((stored.status, stored.period.start.to_string().as_str()), (SubscriptionStatus::Active, from));
        };
        Interleaving::sample(26, 30).passing("#RL#").passing("#USR#").passing("#IDEM#").run(setup, check).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_that_forgot_to_convert_reads_bills_and_is_paid_until_it_comes_back() {
    let sandbox = Sandbox::start().await;
    let company = sign_up(&sandbox, "toko-lupa").await;
    assert_eq!(sandbox.control("/clock", json!({ "advance": "31d" })).await.status, 200);
    let owner = sign_in(&sandbox, &company.slug, "owner@toko-lupa.example").await;
    let customer = sign_in(&sandbox, &company.slug, "budi@toko-lupa.example").await;
    let post = async |path: &str, token: &str, key: &str, body: Value| {
        let answer = sandbox.send("POST", &format!("/api/v1{path}"), Call::of(token).key(key).body(body)).await;
        (answer.status, answer.code())
    };
    let done = |status: u16| (status, String::new());
    let suspended = (403, "TENANT_SUSPENDED".to_owned());

    let current = sandbox.get("/api/v1/tenants/current", &owner).await;
    assert_eq!(current.text("/data/status"), "SUSPENDED");
    let mailed = sandbox.get("/_local/messages?channel=email&to=owner@toko-lupa.example", "").await.json.to_string();
    for told in ["berakhir pada", "telah berakhir"] {
        let subject = format!("\"subject\":\"Masa uji coba Toko toko-lupa {told}");
        assert_eq!(mailed.matches(&subject).count(), 1, "the owner was told before and at the end, once: {mailed}");
    }
    for path in ["/api/v1/users", "/api/v1/subscriptions", "/api/v1/usage/api", "/api/v1/audit"] {
        assert_eq!(sandbox.get(path, &owner).await.status, 200, "{path}");
    }
    // Its customers were billed as before, and pay.
    let invoices = sandbox.get("/api/v1/invoices", &customer).await;
    assert_eq!(invoices.text("/data/0/status"), "open", "{:?}", invoices.json);
    let payment = json!({ "invoiceId": invoices.text("/data/0/id"), "method": "bca_va" });
    assert_eq!(post("/payments", &customer, "pay", payment).await, done(201));

    // What goes on by itself is not started by hand.
    assert_eq!(post("/billing/runs", &owner, "run", json!({})).await, suspended);
    let subscription = json!({ "planKey": "BASIC", "currency": "IDR" });
    let role = json!({ "name": "CLERK", "permissions": ["invoices:read"] });
    assert_eq!(post("/subscriptions", &customer, "more", subscription.clone()).await, suspended);
    assert_eq!(post("/roles", &owner, "role", role.clone()).await, suspended);
    let body = json!({ "email": "late@example.com", "username": "late", "password": PASSWORD });
    let late = Call::default().tenant(&company.slug).body(body);
    assert_eq!(sandbox.send("POST", "/api/v1/auth/register", late).await.code(), "TENANT_SUSPENDED");

    let path = format!("/tenants/{}/convert", company.id);
    assert_eq!(post(&path, &customer, "convert", json!({})).await, (403, "FORBIDDEN".to_owned()));
    assert_eq!(post(&path, &owner, "convert", json!({})).await, done(200));
    // At once, in environments that have just refused the same callers.
    assert_eq!(post("/subscriptions", &customer, "again", subscription).await, done(201));
    assert_eq!(post("/roles", &owner, "again", role).await, done(201));
    assert_eq!(sandbox.cloud.control().failed_invocations(), 0);
}
