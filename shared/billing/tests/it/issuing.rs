//! Exactly one invoice per boundary and numbers without a gap, whoever runs beside whom.

use std::sync::Arc;

use billing::{
    Invoice, Invoices, InvoicesOf, PlanCache, Plans, Reporter, Segment, Showing, Subscription, Subscriptions, catalogue,
};
use futures::future::join_all;
use kernel::{Currency, Owned, SubscriptionId};
use table::{
    OperatorScope, Table, TenantScope, Transaction,
    agenda::{self, DueKind},
    pages::PageRequest,
};
use testkit::memory_table;

use crate::books::{at, bill, ingest, invoices, numbers, predictions, subscribe, tenant};

fn opened<T>(owned: Owned<T>) -> T {
    owned.trusted("a test looks")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_at_once_get_the_numbers_from_1_to_20() {
    // P12 of docs/rules/billing.md.
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let mut subscriptions = Vec::new();
    for _ in 0..20 {
        subscriptions.push(subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-12-01T00:00:00Z").await);
    }
    let now = at("2026-12-01T00:00:00Z");
    let tasks = subscriptions.into_iter().map(|subscription| {
        let table = table.clone();
        tokio::spawn(async move { bill(table.as_ref(), scope, subscription.id, now).await.unwrap().len() })
    });
    let issued: usize = join_all(tasks).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(issued, 20);
    let expected: Vec<String> = (1..=20).map(|place| format!("INV-2026-12-{place:04}")).collect();
    assert_eq!(numbers(&invoices(table.as_ref(), scope).await), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_at_once_on_one_boundary_issue_one_invoice() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let subscription = subscribe(table.as_ref(), scope, "PREMIUM", Currency::IDR, "2026-12-01T00:00:00Z").await;
    bill(table.as_ref(), scope, subscription.id, at("2026-12-01T00:00:00Z")).await.unwrap();
    let now = at("2026-12-31T18:00:00Z");
    let tasks = (0..10).map(|_| {
        let table = table.clone();
        tokio::spawn(async move { bill(table.as_ref(), scope, subscription.id, now).await.unwrap().len() })
    });
    let issued: usize = join_all(tasks).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(issued, 1);
    let all = invoices(table.as_ref(), scope).await;
    // The month is that of Jakarta, where the new year has begun.
    assert_eq!(numbers(&all), ["INV-2026-12-0001", "INV-2027-01-0001"]);
    assert_eq!(all.iter().map(|invoice| invoice.total.minor()).collect::<Vec<_>>(), [498_390, 498_390]);
}

#[tokio::test]
async fn missed_boundaries_are_caught_up_in_order_and_a_second_run_does_nothing() {
    // P1 of docs/rules/billing.md.
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let subscription = subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-10-31T00:00:00Z").await;
    let now = at("2027-01-31T01:00:00Z");
    let issued = bill(table.as_ref(), scope, subscription.id, now).await.unwrap();
    let fees: Vec<_> = issued.iter().map(|invoice| invoice.lines[0].service.unwrap().start.to_string()).collect();
    assert_eq!(fees, ["2026-10-31", "2026-11-30", "2026-12-31", "2027-01-31"]);
    assert_eq!(numbers(&issued), ["INV-2027-01-0001", "INV-2027-01-0002", "INV-2027-01-0003", "INV-2027-01-0004"]);
    let before = table.meter().total();
    assert!(bill(table.as_ref(), scope, subscription.id, now).await.unwrap().is_empty());
    assert_eq!(table.meter().total().since(before).write_units, 0);
}

#[tokio::test]
async fn what_is_due_is_listed_until_it_is_billed() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let subscription = subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-12-01T00:00:00Z").await;
    let operator = OperatorScope::assume("the test looks for due work");
    let listed = |now: &'static str| {
        let table = table.clone();
        async move {
            let mut all = Vec::new();
            for shard in 0..table::DUE_SHARDS {
                all.extend(
                    agenda::page(operator, table.as_ref(), agenda::ShardUntil { shard, until: at(now) }, 10, None)
                        .await
                        .unwrap()
                        .items,
                );
            }
            all.into_iter().map(|one| (one.due.tenant_id, one.due.kind, one.due.id)).collect::<Vec<_>>()
        }
    };
    assert!(listed("2026-11-30T23:59:59.999Z").await.is_empty());
    let found = listed("2026-12-01T00:00:00Z").await;
    let expected = (scope.tenant(), DueKind::SubscriptionPeriod, subscription.id.to_string());
    assert_eq!(found, [expected]);
    // At once for its first fee, then at the end of each period.
    for (due, before) in
        [("2026-12-01T00:00:00Z", "2027-01-01T00:59:59.999Z"), ("2027-01-01T01:00:00Z", "2027-02-01T00:59:59Z")]
    {
        assert_eq!(listed(due).await, found);
        bill(table.as_ref(), scope, subscription.id, at(due)).await.unwrap();
        assert!(listed(before).await.is_empty());
    }
    assert_eq!(listed("2027-02-01T01:00:00Z").await, found);
}

#[tokio::test]
async fn an_invoice_is_found_by_everything_that_names_it_and_by_no_other_tenant() {
    let table = Arc::new(memory_table().await);
    let (scope, other) = (tenant(table.as_ref()).await, tenant(table.as_ref()).await);
    let subscription = subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-12-01T00:00:00Z").await;
    let issued = bill(table.as_ref(), scope, subscription.id, at("2026-12-01T00:00:00Z")).await.unwrap();
    let (invoice, request) = (&issued[0], PageRequest::default());
    let here = Invoices::new(table.as_ref(), scope);
    let there = Invoices::new(table.as_ref(), other);
    let number = invoice.issued.as_ref().unwrap().number;
    assert_eq!(here.get(invoice.id).await.unwrap().map(opened).as_ref(), Some(invoice));
    assert_eq!(here.find(number).await.unwrap().map(opened).as_ref(), Some(invoice));
    for of in [
        InvoicesOf::Tenant,
        InvoicesOf::Customer(invoice.bill_to.party),
        InvoicesOf::Subscription(subscription.party, subscription.id),
    ] {
        assert_eq!(here.list(of, Showing::All, &request).await.unwrap().items, issued);
        assert!(there.list(of, Showing::All, &request).await.unwrap().items.is_empty());
    }
    assert_eq!(there.get(invoice.id).await.unwrap(), None);
    assert_eq!(there.find(number).await.unwrap(), None);
    assert_eq!(Subscriptions::new(table.as_ref(), other).get(subscription.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_change_of_an_old_version_is_refused() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let subscription = subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-12-01T00:00:00Z").await;
    let issued = bill(table.as_ref(), scope, subscription.id, at("2026-12-01T00:00:00Z")).await.unwrap();
    let now = at("2027-01-02T00:00:00Z");
    let open = issued[0].clone();
    let payment = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let paid = open.clone().apply_payment(payment, open.total, now).unwrap().invoice;
    let void = open.void(now).unwrap();
    table::write_alone(&*table, |tx| Invoices::save(tx, scope, &paid)).await.unwrap();
    assert!(table::write_alone(&*table, |tx| Invoices::save(tx, scope, &void)).await.is_err());
    assert_eq!(Invoices::new(table.as_ref(), scope).get(paid.id).await.unwrap().map(opened), Some(paid));
}

#[tokio::test]
async fn issuing_takes_three_round_trips_beside_looking() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let subscription = subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-12-01T00:00:00Z").await;
    let before = table.meter().total();
    bill(table.as_ref(), scope, subscription.id, at("2026-12-01T00:00:00Z")).await.unwrap();
    // Subscription and plan, books, the transaction, and the look that finds nothing more to do.
    assert_eq!(table.meter().total().since(before).round_trips, 5);
}

#[tokio::test]
async fn a_period_over_nothing_is_closed_without_an_invoice_and_without_a_number() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let free = subscribe(table.as_ref(), scope, "FREE", Currency::USD, "2026-12-01T00:00:00Z").await;
    let basic = subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-12-01T00:00:00Z").await;
    let now = at("2027-02-01T01:00:00Z");
    assert!(bill(table.as_ref(), scope, free.id, now).await.unwrap().is_empty());
    let after = Subscriptions::new(table.as_ref(), scope).get(free.id).await.unwrap().unwrap().trusted("a test looks");
    assert_eq!((after.period.start.to_string(), after.version), ("2027-02-01".to_owned(), 4));
    let issued = bill(table.as_ref(), scope, basic.id, now).await.unwrap();
    assert_eq!(numbers(&issued), ["INV-2027-02-0001", "INV-2027-02-0002", "INV-2027-02-0003"]);
}

#[tokio::test]
async fn the_books_of_a_period_read_the_meters_of_every_plan_that_held_in_it() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let sub = subscribe(table.as_ref(), scope, "PREMIUM", Currency::USD, "2026-12-01T00:00:00Z").await.id;
    let first = |when: &'static str| bill_at(table.clone(), scope, sub, when);
    assert_eq!(first("2026-12-01T00:00:00Z").await.len(), 1);
    let plans = PlanCache::default();
    let send = async |id: &str, when: &str| {
        let events = vec![predictions(sub, id, 1_400, when)];
        ingest(table.as_ref(), scope, &plans, &Reporter::Tenant, events, at(when)).await.unwrap().accepted
    };
    assert_eq!(send("before", "2026-12-10T00:00:00Z").await, 1);
    // From the 21st on a plan that counts no predictions.
    let mut calls = catalogue().remove(2);
    calls.version = 2;
    calls.meters.retain(|meter| meter.to_string() == "api_calls");
    calls.prices.iter_mut().for_each(|price| price.metered.clear());
    let mut transaction = Transaction::new();
    Plans::insert_all(&mut transaction, scope, std::slice::from_ref(&calls)).unwrap();
    table.transact(transaction).await.unwrap();
    let stored = Subscriptions::new(table.as_ref(), scope).get(sub).await.unwrap().unwrap().trusted("a test looks");
    let second = Segment { from: "2026-12-21".parse().unwrap(), plan: calls.reference(), ..stored.segment.clone() };
    let (former, version) = (vec![stored.segment.clone()], stored.version + 1);
    let changed = Subscription { segment: second, former, version, ..stored };
    let mut transaction = Transaction::new();
    Subscriptions::save(&mut transaction, scope, &changed).unwrap();
    table.transact(transaction).await.unwrap();
    assert_eq!(send("after", "2026-12-22T00:00:00Z").await, 0);
    // 20 of 31 days include 645 units: 755 cost 2 cents.
    let boundary = first("2027-01-01T01:00:00Z").await;
    assert_eq!(boundary[0].lines.iter().map(|line| line.amount.minor()).collect::<Vec<_>>(), [2_999, 1_510]);
    // What comes later is late, although the present plan does not count it.
    let late = vec![predictions(sub, "late", 10, "2026-12-11T00:00:00Z")];
    let now = at("2027-01-05T00:00:00Z");
    assert_eq!(ingest(table.as_ref(), scope, &plans, &Reporter::Tenant, late, now).await.unwrap().accepted, 1);
    let next = first("2027-02-01T01:00:00Z").await;
    assert_eq!(next[0].lines.iter().map(|line| line.amount.minor()).collect::<Vec<_>>(), [2_999, 20]);
}

async fn bill_at(table: Arc<impl Table>, scope: TenantScope, sub: SubscriptionId, when: &str) -> Vec<Invoice> {
    bill(table.as_ref(), scope, sub, at(when)).await.unwrap()
}
