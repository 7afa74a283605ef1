//! Periods that become invoices, once each, whoever dies or is erased meanwhile.

use billing::{
    BillingSettings, GRACE, Ingest, Ingested, Interval, Invoice, Invoices, InvoicesOf, NewSubscription, PageRequest,
    PlanCache, PlanChange, PlanKey, Plans, Quantity, Reporter, Run, RunStatus, Showing, SubscriptionStatus, TaxRate,
    TaxRegistration, UsageEvent, UsageTeller, catalogue,
};
use cloud::Function;
use identity::Role;
use kernel::{Currency, Party, RequestId, RunId, SubscriptionId, TaxRateId, Timestamp, Zone};
use ledger::{Balances, Journal};
use serde_json::{Value, json};
use table::{Query, Table, Transaction};
use testkit::{Fault, Member, Stack};

use super::*;

/// A tenant with plans that collects PPN, and a customer who subscribed on the stack's first day, 2026-11-21 in Jakarta, and
/// whose first fee was invoiced then.
pub(crate) async fn subscribed(stack: &Stack, slug: &str, plan: &str, currency: Currency) -> (Member, Subscription) {
    let (customer, new) = created(stack, slug, plan, currency).await;
    let begun = new.begun(GRACE).unwrap();
    let mut transaction = Transaction::new();
    Subscriptions::save(&mut transaction, customer.scope, &begun).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    (customer, begun)
}

/// The tenant collects PPN.
pub(crate) async fn register_for_ppn(stack: &Stack, scope: TenantScope) {
    let tax =
        TaxRegistration { registered: true, tax_id: "0123456789012345".parse().ok(), ..TaxRegistration::default() };
    let settings = BillingSettings { tax, version: 1, ..BillingSettings::default() };
    let ppn = TaxRate::ppn(TaxRateId::new(stack.ctx().new_ulid()));
    let mut transaction = Transaction::new();
    BillingRules::save(&mut transaction, scope, &settings).unwrap();
    BillingRules::insert_rate(&mut transaction, scope, &ppn).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
}

/// The same before its first fee was invoiced.
pub(crate) async fn created(stack: &Stack, slug: &str, plan: &str, currency: Currency) -> (Member, Subscription) {
    let (tenant, owner) = stack.tenant(slug).await;
    let customer = stack.user(owner.scope, &format!("budi@{slug}.example"), Role::User).await;
    let table = stack.ctx().table();
    let mut transaction = Transaction::new();
    Plans::insert_all(&mut transaction, owner.scope, &catalogue()).unwrap();
    table.transact(transaction).await.unwrap();
    register_for_ppn(stack, owner.scope).await;
    let key: PlanKey = plan.parse().unwrap();
    let plan = Plans::new(table, owner.scope).newest(&key).await.unwrap().unwrap();
    let new = NewSubscription {
        id: SubscriptionId::new(stack.ctx().new_ulid()),
        party: Party::Customer(stack.customer_of(&customer).await),
        currency,
        interval: Interval::MONTH,
        quantity: 1,
        zone: tenant.timezone,
    };
    let subscription = Subscription::start(new, &plan, stack.ctx().now()).unwrap();
    let mut transaction = Transaction::new();
    Subscriptions::insert(&mut transaction, owner.scope, &subscription).unwrap();
    table.transact(transaction).await.unwrap();
    (customer, subscription)
}

pub(crate) fn work(tenant: &Member, subscription: &Subscription, as_of: &str) -> Value {
    json!({ "tenantId": tenant.scope.tenant(), "subscriptionId": subscription.id, "asOf": as_of })
}

/// Delivers messages as SQS does, and gives the ids of those that failed.
pub(crate) async fn deliver(ctx: &Ctx, messages: &[Value]) -> Vec<String> {
    let Function::Event(handle) = crate::function(ctx.clone()) else { panic!("not woken by events") };
    let records = messages.iter().enumerate().map(|(index, message)| {
        json!({ "messageId": index.to_string(), "body": message.to_string(), "attributes": {}, "messageAttributes": {} })
    });
    let answer = handle(json!({ "Records": records.collect::<Vec<_>>() })).await.unwrap();
    let failed = answer["batchItemFailures"].as_array().unwrap();
    failed.iter().map(|item| item["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}

/// The event that a payload makes now.
pub(crate) fn told_by<P: events::Payload>(stack: &Stack, customer: &Member, payload: &P) -> events::Event {
    let meta = events::Meta {
        id: kernel::EventId::new(stack.ctx().new_ulid()),
        tenant_id: customer.scope.tenant(),
        occurred_at: stack.ctx().now(),
        request_id: RequestId::new(stack.ctx().new_ulid()),
        given_request_id: None,
        subject_version: 2,
    };
    events::record(&meta, payload).unwrap()
}

pub(crate) async fn invoices(stack: &Stack, scope: TenantScope) -> Vec<Invoice> {
    let all = Invoices::new(stack.ctx().table(), scope);
    let mut items = all.list(InvoicesOf::Tenant, Showing::All, &PageRequest::default()).await.unwrap().items;
    items.reverse();
    items
}

async fn balances(stack: &Stack, scope: TenantScope) -> Balances {
    let (from, to): (Timestamp, Timestamp) =
        ("2026-01-01T00:00:00Z".parse().unwrap(), "2028-01-01T00:00:00Z".parse().unwrap());
    Journal::new(stack.ctx().table(), scope).balances(from, to).await.unwrap()
}

pub(crate) async fn events(stack: &Stack, scope: TenantScope, hour: &str) -> Vec<String> {
    let page = stack.ctx().table().query(Query::partition(scope.partition(format!("OUT#{hour}")))).await.unwrap();
    page.items.iter().map(|row| row["type"].as_str().unwrap().to_owned()).collect()
}

/// Counts an event of usage, and publishes nothing.
pub(crate) async fn ingest(table: &dyn Table, scope: TenantScope, event: UsageEvent, now: Timestamp) -> Ingested {
    let teller = UsageTeller { zone: &Zone::utc(), tell: &|_, _| Ok(()) };
    let (plans, reporter) = (&PlanCache::default(), &Reporter::Tenant);
    Ingest { table, scope, plans, reporter, teller }.count(vec![event], now).await.unwrap()
}

pub(crate) const DUE: &str = "2026-12-20T18:00:00Z";

#[tokio::test]
async fn a_plan_that_was_chosen_for_the_boundary_is_billed_from_it_on() {
    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-a", "BASIC", Currency::IDR).await;
    let plans = Plans::new(stack.ctx().table(), customer.scope);
    let premium = plans.newest(&"PREMIUM".parse().unwrap()).await.unwrap().unwrap();
    let wanted = PlanChange { plan: &premium, interval: Interval::YEAR, quantity: 1 };
    let changing = subscription.clone().change_at_boundary(wanted).unwrap();
    let mut transaction = Transaction::new();
    Subscriptions::save(&mut transaction, customer.scope, &changing).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    stack.set_clock(DUE);
    assert!(deliver(&stack.granted("billing-worker"), &[work(&customer, &subscription, DUE)]).await.is_empty());
    let issued = invoices(&stack, customer.scope).await;
    assert_eq!(issued.iter().map(|invoice| invoice.subtotal.minor()).collect::<Vec<_>>(), [4_490_000]);
    let now = stored(&stack, &customer, &subscription).await;
    assert_eq!((now.plan(), now.segment.interval, now.scheduled.clone()), (&premium.reference(), Interval::YEAR, None));
    assert_eq!(now.period.end.to_string(), "2027-12-21");
    let told = events(&stack, customer.scope, "2026122018").await;
    assert_eq!(told.iter().filter(|name| *name == "subscription.plan_changed").count(), 1, "{told:?}");
}

#[tokio::test]
async fn another_interval_alone_is_told_too_with_how_the_subscription_stands_since() {
    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-a", "BASIC", Currency::IDR).await;
    let plans = Plans::new(stack.ctx().table(), customer.scope);
    let basic = plans.newest(&"BASIC".parse().unwrap()).await.unwrap().unwrap();
    let wanted = PlanChange { plan: &basic, interval: Interval::YEAR, quantity: 1 };
    let changing = subscription.clone().change_at_boundary(wanted).unwrap();
    let mut transaction = Transaction::new();
    Subscriptions::save(&mut transaction, customer.scope, &changing).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    stack.set_clock(DUE);
    assert!(deliver(&stack.granted("billing-worker"), &[work(&customer, &subscription, DUE)]).await.is_empty());
    let told = stack.rows().await.into_iter().find(|row| row["type"] == "subscription.plan_changed").unwrap();
    let standing = &told["data"]["standing"];
    assert_eq!((&standing["state"], &standing["months"]), (&json!("active"), &json!(12)));
    assert_eq!(told["subjectVersion"], json!(stored(&stack, &customer, &subscription).await.version));
}

#[tokio::test]
async fn a_boundary_becomes_one_invoice_one_entry_and_one_event() {
    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-a", "PREMIUM", Currency::IDR).await;
    let event = UsageEvent {
        id: "e1".parse().unwrap(),
        subscription: subscription.id,
        feature: "predictions".parse().unwrap(),
        quantity: Quantity::try_from(1_250).unwrap(),
        value: None,
        at: None,
    };
    let (table, now) = (stack.ctx().table(), stack.ctx().now());
    ingest(table, customer.scope, event, now).await;
    stack.set_clock(DUE);
    let message = work(&customer, &subscription, DUE);
    // The same message three times in a batch, and once more later.
    assert!(
        deliver(&stack.granted("billing-worker"), &[message.clone(), message.clone(), message.clone()])
            .await
            .is_empty()
    );
    assert!(deliver(&stack.granted("billing-worker"), &[message]).await.is_empty());

    let issued = invoices(&stack, customer.scope).await;
    assert_eq!(issued.len(), 1);
    let invoice = &issued[0];
    assert_eq!(invoice.issued.as_ref().unwrap().number.to_string(), "INV-2026-12-0001");
    assert_eq!((invoice.subtotal.minor(), invoice.total.minor()), (524_000, 581_640));
    assert_eq!(
        (invoice.seller.name.as_str(), invoice.bill_to.name.as_str()),
        ("Toko toko-a", "budi-at-toko-a.example")
    );
    let rows: Vec<_> = balances(&stack, customer.scope)
        .await
        .iter()
        .map(|(account, amount)| (account.to_string(), amount.minor()))
        .collect();
    assert_eq!(
        rows,
        [
            (format!("receivable:{}", subscription.party), 581_640),
            ("revenue".to_owned(), -75_000),
            ("tax_payable".to_owned(), -57_640),
            (format!("deferred_revenue:{}", subscription.party), -449_000),
        ]
    );
    assert_eq!(events(&stack, customer.scope, "2026122018").await, ["invoice.issued"]);
}

#[tokio::test]
async fn the_first_fee_is_invoiced_at_once_and_only_once() {
    let stack = Stack::start().await;
    let (customer, subscription) = created(&stack, "toko-a", "PREMIUM", Currency::IDR).await;
    let told = events::subscription::SubscriptionCreated {
        subscription_id: subscription.id,
        customer_id: subscription.party,
        plan_key: subscription.plan().key.to_string(),
        status: events::subscription::Beginning::Active,
        standing: Some(subscription.standing()),
    };
    let told = told_by(&stack, &customer, &told);
    let told = json!({ "detail": told });
    let on_agenda = json!({ "tenantId": customer.scope.tenant(), "kind": "subscription_period", "id": subscription.id,
        "at": subscription.due_at });
    // By the event, by the agenda, and both again.
    for message in [&told, &on_agenda, &told, &on_agenda] {
        assert!(deliver(&stack.granted("billing-worker"), std::slice::from_ref(message)).await.is_empty());
    }
    let issued = invoices(&stack, customer.scope).await;
    assert_eq!(issued.len(), 1);
    let (invoice, day) = (&issued[0], "2026-11-21".to_owned());
    assert_eq!(invoice.issued.as_ref().unwrap().number.to_string(), "INV-2026-11-0001");
    assert_eq!((invoice.lines.len(), invoice.total.minor()), (1, 498_390));
    assert_eq!(invoice.lines[0].service.unwrap().start.to_string(), day);
    assert_eq!(invoice.seller.tax_id, "0123456789012345".parse().ok());
    let after = stored(&stack, &customer, &subscription).await;
    assert_eq!((after.billed_until, after.due_at.to_string().as_str()), (after.period.end, "2026-12-20T18:00:00.000Z"));
    // The boundary: the usage of the month, of which there is none, and the next fee.
    stack.set_clock(DUE);
    assert!(deliver(&stack.granted("billing-worker"), &[work(&customer, &subscription, DUE)]).await.is_empty());
    let issued = invoices(&stack, customer.scope).await;
    let fees: Vec<_> = issued.iter().map(|invoice| invoice.lines[0].service.unwrap().start.to_string()).collect();
    assert_eq!(fees, [day, "2026-12-21".to_owned()]);
}

#[tokio::test]
async fn a_tenant_that_collects_no_tax_taxes_nothing_and_an_exempt_customer_pays_none() {
    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-a", "BASIC", Currency::IDR).await;
    let settings = BillingSettings { version: 2, ..BillingSettings::default() };
    table::write_alone(stack.ctx().table(), |tx| BillingRules::save(tx, customer.scope, &settings)).await.unwrap();
    stack.set_clock(DUE);
    assert!(deliver(&stack.granted("billing-worker"), &[work(&customer, &subscription, DUE)]).await.is_empty());
    let invoice = invoices(&stack, customer.scope).await.remove(0);
    assert_eq!((invoice.total.minor(), invoice.taxes.len()), (149_000, 0));

    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-b", "BASIC", Currency::IDR).await;
    let customers = customers::Customers::new(stack.ctx().table(), customer.scope);
    let Party::Customer(id) = subscription.party else { panic!("a customer") };
    let before = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
    let tax_exemption = Some(customers::TaxExemption { reason: "Kawasan Berikat".parse().unwrap() });
    let exempt = customers::Customer { tax_exemption, version: before.version + 1, ..before.clone() };
    let mut transaction = Transaction::new();
    customers.save(&mut transaction, &before, &exempt).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    stack.set_clock(DUE);
    assert!(deliver(&stack.granted("billing-worker"), &[work(&customer, &subscription, DUE)]).await.is_empty());
    assert_eq!(invoices(&stack, customer.scope).await[0].total.minor(), 149_000);
}

#[tokio::test]
async fn a_free_period_is_closed_without_an_invoice() {
    let stack = Stack::start().await;
    let (customer, subscription) = created(&stack, "toko-a", "FREE", Currency::USD).await;
    stack.set_clock(DUE);
    deliver(&stack.granted("billing-worker"), &[work(&customer, &subscription, DUE)]).await;
    assert_eq!(invoices(&stack, customer.scope).await, []);
    assert_eq!(balances(&stack, customer.scope).await.iter().count(), 0);
    assert_eq!(events(&stack, customer.scope, "2026122018").await, [] as [&str; 0]);
    assert_eq!(stored(&stack, &customer, &subscription).await.period.start.to_string(), "2026-12-21");
}

#[tokio::test]
async fn a_scheduled_end_is_the_last_invoice() {
    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-a", "PREMIUM", Currency::USD).await;
    let mut transaction = Transaction::new();
    let ending = subscription.clone().schedule(billing::BoundaryChange::Cancelled);
    Subscriptions::save(&mut transaction, customer.scope, &ending).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    stack.set_clock(DUE);
    for _ in 0..2 {
        assert!(deliver(&stack.granted("billing-worker"), &[work(&customer, &subscription, DUE)]).await.is_empty());
    }
    assert_eq!(stored(&stack, &customer, &subscription).await.status, SubscriptionStatus::Cancelled);
    // Nothing was used, and no fee begins.
    assert_eq!(invoices(&stack, customer.scope).await, []);
    assert_eq!(events(&stack, customer.scope, "2026122018").await, ["subscription.cancelled"]);
    nothing_is_due(&stack).await;
}

pub(crate) async fn stored(stack: &Stack, customer: &Member, subscription: &Subscription) -> Subscription {
    let subscriptions = Subscriptions::new(stack.ctx().table(), customer.scope);
    subscriptions.get(subscription.id).await.unwrap().unwrap().trusted("a test looks")
}

pub(crate) async fn nothing_is_due(stack: &Stack) {
    let operator = table::OperatorScope::assume("a test looks at what is due");
    for shard in 0..table::DUE_SHARDS {
        let asked = agenda::ShardUntil { shard, until: "2099-01-01T00:00:00Z".parse().unwrap() };
        let due = agenda::page(operator, stack.ctx().table(), asked, 100, None).await.unwrap().items;
        let billed = due.iter().filter(|one| one.due.kind == agenda::DueKind::SubscriptionPeriod);
        assert_eq!(billed.count(), 0, "an ended subscription is not due");
    }
}

#[tokio::test]
async fn what_cannot_be_read_or_found_does_not_hold_up_the_rest() {
    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-a", "BASIC", Currency::USD).await;
    stack.set_clock(DUE);
    let mut gone = work(&customer, &subscription, DUE);
    gone["subscriptionId"] = json!("sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
    let good = work(&customer, &subscription, DUE);
    assert_eq!(deliver(&stack.granted("billing-worker"), &[json!({}), gone, good]).await, ["0"]);
    assert_eq!(invoices(&stack, customer.scope).await.len(), 1);
}

/// A run that found this subscription due, and the message that it sent out.
pub(crate) async fn run_of(
    stack: &Stack,
    customer: &Member,
    subscription: &Subscription,
    as_of: &str,
) -> (RunId, Value) {
    let (table, now) = (stack.ctx().table(), stack.ctx().now());
    let (id, runs) = (RunId::new(stack.ctx().new_ulid()), Runs::new(table, customer.scope));
    let newest = runs.newest().await.unwrap();
    let mut transaction = Transaction::new();
    Runs::insert(&mut transaction, customer.scope, &Run::new(id, now, now), &newest).unwrap();
    table.transact(transaction).await.unwrap();
    runs.note_due(id, &[subscription.id]).await.unwrap();
    runs.found_all(id, now).await.unwrap();
    let mut message = work(customer, subscription, as_of);
    message["runId"] = json!(id);
    (id, message)
}

/// Due, invoiced, failed and skipped, and whether the run is over.
pub(crate) async fn counts(stack: &Stack, scope: TenantScope, run: RunId) -> (u32, u32, u32, u32, RunStatus) {
    let run = Runs::new(stack.ctx().table(), scope).get(run).await.unwrap().unwrap();
    (run.due, run.invoiced, run.failed, run.skipped, run.status())
}

#[tokio::test]
async fn a_run_counts_each_subscription_once() {
    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-a", "BASIC", Currency::USD).await;
    stack.set_clock(DUE);
    let (run, message) = run_of(&stack, &customer, &subscription, DUE).await;
    // Twice at once and once more later.
    assert!(deliver(&stack.granted("billing-worker"), &[message.clone(), message.clone()]).await.is_empty());
    assert!(deliver(&stack.granted("billing-worker"), &[message]).await.is_empty());
    assert_eq!(counts(&stack, customer.scope, run).await, (1, 1, 0, 0, RunStatus::Done));
    // A run that finds it invoiced already.
    let (run, message) = run_of(&stack, &customer, &subscription, DUE).await;
    assert!(deliver(&stack.granted("billing-worker"), &[message.clone(), message]).await.is_empty());
    assert_eq!(counts(&stack, customer.scope, run).await, (1, 0, 0, 1, RunStatus::Done));
}

#[tokio::test]
async fn a_run_that_nobody_knows_holds_up_no_invoice() {
    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-a", "BASIC", Currency::USD).await;
    stack.set_clock(DUE);
    let mut message = work(&customer, &subscription, DUE);
    message["runId"] = json!("run_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
    assert!(deliver(&stack.granted("billing-worker"), &[message]).await.is_empty());
    assert_eq!(invoices(&stack, customer.scope).await.len(), 1);
}

#[tokio::test]
async fn a_run_counts_right_wherever_its_worker_dies() {
    let stack = Stack::start().await;
    // Two periods are over.
    let (begin, as_of) = ("2026-11-21T01:00:00Z", "2027-01-20T18:00:00Z");
    let calls = {
        let (customer, subscription) = subscribed(&stack, "toko-0", "BASIC", Currency::IDR).await;
        stack.set_clock(as_of);
        let (_, message) = run_of(&stack, &customer, &subscription, as_of).await;
        let (counting, calls) = stack.breaking(None);
        assert!(deliver(&counting, &[message]).await.is_empty());
        calls.calls()
    };
    for (shop, fault) in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]).enumerate() {
        stack.set_clock(begin);
        let (customer, subscription) = subscribed(&stack, &format!("toko-{}", shop + 1), "BASIC", Currency::IDR).await;
        stack.set_clock(as_of);
        let (run, message) = run_of(&stack, &customer, &subscription, as_of).await;
        let message = [message];
        assert_eq!(deliver(&stack.breaking(Some(fault)).0, &message).await, ["0"], "{fault:?}");
        assert!(deliver(&stack.granted("billing-worker"), &message).await.is_empty(), "{fault:?}");
        assert_eq!(invoices(&stack, customer.scope).await.len(), 2, "{fault:?}");
        assert_eq!(counts(&stack, customer.scope, run).await, (1, 1, 0, 0, RunStatus::Done), "{fault:?}");
    }
}

#[tokio::test]
async fn a_worker_that_dies_at_any_call_leaves_work_that_another_finishes() {
    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-0", "BASIC", Currency::IDR).await;
    // Two periods are over.
    let as_of = "2027-01-20T18:00:00Z";
    stack.set_clock(as_of);
    let (counting, calls) = stack.breaking(None);
    assert!(deliver(&counting, &[work(&customer, &subscription, as_of)]).await.is_empty());
    let expected: Vec<_> = balances(&stack, customer.scope).await.iter().map(|(_, amount)| amount).collect();
    let mut shops = 0;
    for fault in (0..calls.calls()).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        shops += 1;
        stack.set_clock("2026-11-21T01:00:00Z");
        let (customer, subscription) = subscribed(&stack, &format!("toko-{shops}"), "BASIC", Currency::IDR).await;
        stack.set_clock(as_of);
        let message = [work(&customer, &subscription, as_of)];
        assert_eq!(deliver(&stack.breaking(Some(fault)).0, &message).await, ["0"], "{fault:?}");
        assert!(deliver(&stack.granted("billing-worker"), &message).await.is_empty(), "{fault:?}");
        let numbers: Vec<_> = invoices(&stack, customer.scope)
            .await
            .iter()
            .map(|invoice| invoice.issued.as_ref().unwrap().number.to_string())
            .collect();
        assert_eq!(numbers, ["INV-2027-01-0001", "INV-2027-01-0002"], "{fault:?}");
        let books: Vec<_> = balances(&stack, customer.scope).await.iter().map(|(_, amount)| amount).collect();
        assert_eq!(books, expected, "{fault:?}");
        assert_eq!(events(&stack, customer.scope, "2027012018").await.len(), 2, "{fault:?}");
    }
    assert!(shops >= 10);
}

#[tokio::test]
async fn work_of_the_future_invoices_only_what_is_over() {
    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-a", "BASIC", Currency::IDR).await;
    let ahead = [work(&customer, &subscription, "2027-01-30T00:00:00Z")];
    assert!(deliver(&stack.granted("billing-worker"), &ahead).await.is_empty());
    assert!(invoices(&stack, customer.scope).await.is_empty());
    stack.set_clock(DUE);
    assert!(deliver(&stack.granted("billing-worker"), &ahead).await.is_empty());
    assert_eq!(invoices(&stack, customer.scope).await.len(), 1);
}

#[tokio::test]
async fn a_warm_worker_takes_ten_round_trips_for_the_first_of_a_month_and_one_for_a_repetition() {
    let stack = Stack::start().await;
    let (customer, first) = subscribed(&stack, "toko-a", "BASIC", Currency::USD).await;
    let Function::Event(handle) = crate::function(stack.ctx().clone()) else { panic!("not woken by events") };
    let send = async |as_of: &str| {
        stack.set_clock(as_of);
        let body = work(&customer, &first, as_of).to_string();
        let before = stack.ctx().ports().meter.total();
        handle(json!({ "Records": [{ "messageId": "1", "body": body, "attributes": {}, "messageAttributes": {} }] }))
            .await
            .unwrap();
        stack.ctx().ports().meter.total().since(before).round_trips
    };
    send(DUE).await;
    // The subscription beside the tenant and its settings (a minute old: read again), the customer and its user, their
    // tenant's data key (five minutes old: read again), the books, the balance of who is billed, the place in the new month,
    // the transaction.
    assert_eq!(send("2027-01-20T18:00:00Z").await, 10);
    assert_eq!(send("2027-01-20T18:00:01Z").await, 1);
}
