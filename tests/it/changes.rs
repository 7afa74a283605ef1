//! Changes within a period, over the function that makes them and the worker that invoices them: what a preview says is what
//! is invoiced, to the unit, whatever changes; and what is given back pays what is still owed before it gets to the balance.

use std::collections::BTreeMap;

use billing::{
    Catalogue, Invoice, InvoiceStatus, Invoices, InvoicesOf, Meters, PageRequest, Plan, Plans, Proration, Showing,
    Subscriptions,
};
use cloud::Function;
use kernel::{Currency, Money, SubscriptionId, Timestamp};
use ledger::Journal;
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Answer, Shop};

/// A shop on 2026-11-21 in Jakarta that sells the tiers, and plans by seats; none has a trial.
struct World {
    shop: Shop,
    keys: std::cell::Cell<u32>,
}

impl World {
    async fn open() -> Self {
        Self::selling(Proration::Day).await
    }

    async fn selling(proration: Proration) -> Self {
        let shop = Shop::open(subscriptions_api::function).await;
        let (scope, now) = (shop.owner.scope, shop.stack.ctx().now());
        let mut transaction = Transaction::new();
        let plans = Catalogue::AiTrading.plans().into_iter().chain(Catalogue::Saas.plans());
        let plans = plans.map(|plan| (plan.key.clone(), plan)).collect::<BTreeMap<_, _>>();
        let plans: Vec<Plan> = plans.into_values().map(|plan| Plan { trial_days: 0, proration, ..plan }).collect();
        Plans::insert_all(&mut transaction, scope, &plans).unwrap();
        let meters = Catalogue::AiTrading.meters(now).into_iter().chain(Catalogue::Saas.meters(now));
        for meter in meters.map(|meter| (meter.key.clone(), meter)).collect::<BTreeMap<_, _>>().into_values() {
            Meters::insert(&mut transaction, scope, &meter).unwrap();
        }
        shop.stack.ctx().table().transact(transaction).await.unwrap();
        Self { shop, keys: std::cell::Cell::new(0) }
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.keys.set(self.keys.get() + 1);
        let token = self.shop.fresh(&self.shop.customer).await;
        let call = self.shop.client.post(path, body).bearer(&token);
        call.idempotency_key(&format!("k{}", self.keys.get())).send().await
    }

    /// A subscription whose first fee is invoiced.
    async fn begun(&self, plan: &str, quantity: u32) -> SubscriptionId {
        let body = json!({ "planKey": plan, "currency": "IDR", "quantity": quantity });
        let made = self.post("/api/v1/subscriptions", body).await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        let id = made.text("/data/id").parse().unwrap();
        self.bill(id).await;
        id
    }

    fn later(&self, hours: i64) {
        let now = self.shop.stack.ctx().now();
        let later = Timestamp::from_millis(now.as_millis() + hours * 3_600_000).unwrap();
        self.shop.stack.set_clock(&later.to_string());
    }

    /// The worker takes the subscription over all that is due by now.
    async fn bill(&self, id: SubscriptionId) {
        let ctx = self.shop.stack.ctx().clone();
        let work = json!({ "tenantId": self.shop.owner.scope.tenant(), "subscriptionId": id, "asOf": ctx.now() });
        let Function::Event(handle) = billing_worker::function(ctx) else { panic!("not woken by events") };
        let record = json!({ "messageId": "1", "body": work.to_string(), "attributes": {}, "messageAttributes": {} });
        assert_eq!(handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"], json!([]));
    }

    async fn invoices(&self, id: SubscriptionId) -> Vec<Invoice> {
        let invoices = Invoices::new(self.shop.stack.ctx().table(), self.shop.owner.scope);
        let mut all = invoices.list(InvoicesOf::Tenant, Showing::All, &PageRequest::default()).await.unwrap().items;
        all.retain(|invoice| invoice.subscriptions().any(|of| of == id));
        all.sort_by_key(|invoice| invoice.id);
        all
    }

    async fn change(&self, id: SubscriptionId, what: &str, body: Value) -> Answer {
        self.post(&format!("/api/v1/subscriptions/{id}/{what}"), body).await
    }

    async fn balance(&self) -> i64 {
        let party = self.shop.stack.customer_of(&self.shop.customer).await;
        let journal = Journal::new(self.shop.stack.ctx().table(), self.shop.owner.scope);
        let party = kernel::Party::Customer(party);
        journal.balance_of(party, Currency::IDR).await.unwrap().balance.minor()
    }

    /// What a preview says of the invoice.
    async fn preview(&self, id: SubscriptionId, body: Value) -> Value {
        let preview = self.change(id, "change-preview", body).await;
        assert_eq!(preview.status, 200, "{}", preview.snapshot());
        preview.at("/data/invoice")
    }
}

/// The same of an invoice that was issued.
fn seen(invoice: &Invoice) -> Value {
    let lines: Vec<Value> = invoice.lines.iter().map(|line| json!([line.name, line.amount])).collect();
    json!([lines, invoice.subtotal, invoice.total, invoice.surplus, invoice.credits_applied])
}

fn foreseen(preview: &Value) -> Value {
    let lines = preview["lines"].as_array().unwrap().iter();
    let lines: Vec<Value> = lines.map(|line| json!([line["name"], line["amount"]])).collect();
    json!([lines, preview["subtotal"], preview["total"], preview["surplus"], preview["creditsApplied"]])
}

#[tokio::test]
async fn what_a_preview_says_is_what_is_invoiced() {
    let now = |body: Value| {
        let mut body = body;
        body["at"] = json!("now");
        body
    };
    for (plan, quantity, days, change) in [
        ("BASIC", 1, 9, json!({ "planKey": "PREMIUM" })),
        ("PREMIUM", 1, 9, now(json!({ "planKey": "BASIC" }))),
        ("BASIC", 1, 9, now(json!({ "interval": "year" }))),
        ("BASIC", 1, 0, now(json!({ "planKey": "PREMIUM" }))),
        ("TEAM", 3, 11, json!({ "quantity": 7 })),
        ("TEAM", 7, 11, now(json!({ "quantity": 2 }))),
        ("TEAM", 2, 4, json!({ "planKey": "BUSINESS", "quantity": 3 })),
        ("PREMIUM", 1, 9, json!({ "planKey": "BASIC", "at": "period_end" })),
        ("BASIC", 1, 9, json!({ "planKey": "PREMIUM", "interval": "year", "at": "period_end" })),
    ] {
        let world = World::open().await;
        let id = world.begun(plan, quantity).await;
        world.later(days * 24);
        let foreseen_invoice = world.preview(id, change.clone()).await;
        let made = world.change(id, "change", change.clone()).await;
        assert_eq!(made.status, 200, "{}", made.snapshot());
        if change["at"] == "period_end" {
            world.later(32 * 24);
        }
        world.bill(id).await;
        let invoices = world.invoices(id).await;
        assert_eq!(foreseen(&foreseen_invoice), invoices.get(1).map_or(Value::Null, seen), "{plan} {change}");
    }
}

#[tokio::test]
async fn of_seconds_a_preview_holds_for_an_hour() {
    let world = World::selling(Proration::Second).await;
    let id = world.begun("BASIC", 1).await;
    world.later(9 * 24 + 5);
    let premium = json!({ "planKey": "PREMIUM" });
    let preview = world.change(id, "change-preview", premium.clone()).await;
    let as_of = preview.text("/data/asOf");
    world.later(1);
    let later = world.preview(id, premium).await;
    assert_ne!(foreseen(&later), foreseen(&preview.at("/data/invoice")), "an hour costs something");
    let body = json!({ "planKey": "PREMIUM", "asOf": as_of });
    let made = world.change(id, "change", body.clone()).await;
    assert_eq!(made.status, 200, "{}", made.snapshot());
    world.bill(id).await;
    let invoices = world.invoices(id).await;
    assert_eq!(foreseen(&preview.at("/data/invoice")), seen(&invoices[1]));
    world.later(1);
    let body = json!({ "planKey": "BASIC", "asOf": as_of, "at": "now" });
    let late = world.change(id, "change", body).await;
    assert_eq!((late.status.as_u16(), late.text("/errors/0/pointer").as_str()), (422, "/asOf"));
}

#[tokio::test]
async fn what_is_given_back_pays_what_is_still_owed_first() {
    let world = World::open().await;
    let id = world.begun("PREMIUM", 1).await;
    let owed = world.invoices(id).await[0].amount_due().minor();
    world.later(9 * 24);
    let cancelled = world.change(id, "cancel", json!({ "at": "now" })).await;
    assert_eq!(cancelled.text("/data/status"), "cancelled", "{}", cancelled.snapshot());
    world.later(2);
    world.bill(id).await;
    let invoices = world.invoices(id).await;
    let credit = invoices[1].surplus.minor();
    assert!(0 < credit && credit < owed, "{credit} of {owed}");
    assert_eq!((invoices[0].status(), invoices[0].amount_due().minor()), (InvoiceStatus::Open, owed - credit));
    assert_eq!(world.balance().await, 0, "nothing that was never paid gets to the balance");
    let stored = Subscriptions::new(world.shop.stack.ctx().table(), world.shop.owner.scope).get(id).await.unwrap();
    assert!(!stored.unwrap().trusted("a test looks").is_billed());
}

#[tokio::test]
async fn what_is_given_back_can_pay_an_invoice_whole_and_that_is_told_once() {
    let world = World::open().await;
    let id = world.begun("PREMIUM", 1).await;
    let (table, scope) = (world.shop.stack.ctx().table(), world.shop.owner.scope);
    let first = world.invoices(id).await.remove(0);
    let most = Money::new(first.amount_due().minor() - 100, first.currency);
    let payment = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let part = first.apply_payment(payment, most, world.shop.stack.ctx().now()).unwrap().invoice;
    table::write_alone(table, |tx| Invoices::save(tx, scope, &part)).await.unwrap();
    world.later(9 * 24);
    world.change(id, "cancel", json!({ "at": "now" })).await;
    world.later(2);
    world.bill(id).await;
    world.bill(id).await;
    let invoices = world.invoices(id).await;
    assert_eq!((invoices[0].status(), invoices[0].from_balance.len()), (InvoiceStatus::Paid, 1));
    assert_eq!(world.balance().await, invoices[1].surplus.minor() - 100);
    let rows = world.shop.stack.rows().await;
    let told: Vec<&Value> = rows.iter().filter(|row| row["type"] == "invoice.paid").collect();
    assert_eq!((told.len(), &told[0]["data"]["invoiceId"]), (1, &json!(invoices[0].id)));
    assert!(told[0]["data"].get("paymentId").is_none(), "its documents and its mail follow from this event");
}

#[tokio::test]
async fn ten_upgrades_at_once_are_one() {
    let world = World::open().await;
    let id = world.begun("BASIC", 1).await;
    world.later(9 * 24);
    let token = world.shop.fresh(&world.shop.customer).await;
    let calls = (0..10).map(|number| {
        let path = format!("/api/v1/subscriptions/{id}/change");
        let call = world.shop.client.post(path, json!({ "planKey": "PREMIUM" })).bearer(&token);
        call.idempotency_key(&format!("same{number}")).send()
    });
    let answers = futures::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(answers.iter().all(|answer| [200, 409, 422].contains(&answer.status.as_u16())));
    for _ in 0..3 {
        world.bill(id).await;
    }
    assert_eq!(world.invoices(id).await.len(), 2, "the first fee, and the change once");
}
