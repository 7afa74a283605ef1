//! Exactly one invoice per period and numbers without a gap, whoever runs beside whom.

use std::sync::Arc;

use billing::{Invoices, InvoicesOf, PageRequest, Subscriptions};
use futures::future::join_all;
use kernel::{Currency, Owned};
use table::{
    OperatorScope, Table,
    agenda::{self, DueKind},
};
use testkit::memory_table;

use crate::books::{at, bill, invoices, numbers, subscribe, tenant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_at_once_get_the_numbers_from_1_to_20() {
    // P12
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let mut subscriptions = Vec::new();
    for _ in 0..20 {
        subscriptions.push(subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-12-01T00:00:00Z").await);
    }
    let now = at("2027-01-01T01:00:00Z");
    let tasks = subscriptions.into_iter().map(|subscription| {
        let table = table.clone();
        tokio::spawn(async move { bill(table.as_ref(), scope, subscription.id, now).await.unwrap().len() })
    });
    let issued: usize = join_all(tasks).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(issued, 20);
    let expected: Vec<String> = (1..=20).map(|place| format!("INV-2027-01-{place:04}")).collect();
    assert_eq!(numbers(&invoices(table.as_ref(), scope).await), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_at_once_on_one_period_issue_one_invoice() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let subscription = subscribe(table.as_ref(), scope, "PREMIUM", Currency::IDR, "2026-12-01T00:00:00Z").await;
    let now = at("2026-12-31T18:00:00Z");
    let tasks = (0..10).map(|_| {
        let table = table.clone();
        tokio::spawn(async move { bill(table.as_ref(), scope, subscription.id, now).await.unwrap().len() })
    });
    let issued: usize = join_all(tasks).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(issued, 1);
    let all = invoices(table.as_ref(), scope).await;
    // The month is that of Jakarta, where the new year has begun.
    assert_eq!(numbers(&all), ["INV-2027-01-0001"]);
    assert_eq!(all[0].total.minor(), 498_390);
}

fn opened<T>(owned: Owned<T>) -> T {
    owned.trusted("a test looks")
}

#[tokio::test]
async fn missed_periods_are_caught_up_in_order_and_a_second_run_does_nothing() {
    // P1
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let subscription = subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-10-31T00:00:00Z").await;
    let now = at("2027-01-31T01:00:00Z");
    let issued = bill(table.as_ref(), scope, subscription.id, now).await.unwrap();
    let periods: Vec<_> = issued.iter().map(|invoice| invoice.period.start.to_string()).collect();
    assert_eq!(periods, ["2026-10-31", "2026-11-30", "2026-12-31"]);
    assert_eq!(numbers(&issued), ["INV-2027-01-0001", "INV-2027-01-0002", "INV-2027-01-0003"]);
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
                all.extend(agenda::page(operator, table.as_ref(), (shard, at(now)), (10, None)).await.unwrap().0);
            }
            all.into_iter().map(|one| (one.due.tenant_id, one.due.kind, one.due.id)).collect::<Vec<_>>()
        }
    };
    assert!(listed("2027-01-01T00:59:59.999Z").await.is_empty());
    let found = listed("2027-01-01T01:00:00Z").await;
    let expected = (scope.tenant(), DueKind::SubscriptionPeriod, subscription.id.to_string());
    assert_eq!(found, [expected]);
    bill(table.as_ref(), scope, subscription.id, at("2027-01-01T01:00:00Z")).await.unwrap();
    assert!(listed("2027-01-31T00:00:00Z").await.is_empty());
    assert_eq!(listed("2027-02-01T01:00:00Z").await, found);
}

#[tokio::test]
async fn an_invoice_is_found_by_everything_that_names_it_and_by_no_other_tenant() {
    let table = Arc::new(memory_table().await);
    let (scope, other) = (tenant(table.as_ref()).await, tenant(table.as_ref()).await);
    let subscription = subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-12-01T00:00:00Z").await;
    let issued = bill(table.as_ref(), scope, subscription.id, at("2027-01-01T01:00:00Z")).await.unwrap();
    let (invoice, request) = (&issued[0], PageRequest::default());
    let here = Invoices::new(table.as_ref(), scope);
    let there = Invoices::new(table.as_ref(), other);
    let number = invoice.issued.as_ref().unwrap().number;
    assert_eq!(here.get(invoice.id).await.unwrap().map(opened).as_ref(), Some(invoice));
    assert_eq!(here.find(number).await.unwrap().map(opened).as_ref(), Some(invoice));
    for of in [InvoicesOf::Tenant, InvoicesOf::Customer(invoice.party), InvoicesOf::Subscription(invoice.subscription)]
    {
        assert_eq!(here.list(of, None, &request).await.unwrap().items, issued);
        assert!(there.list(of, None, &request).await.unwrap().items.is_empty());
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
    let issued = bill(table.as_ref(), scope, subscription.id, at("2027-01-01T01:00:00Z")).await.unwrap();
    let now = at("2027-01-02T00:00:00Z");
    let open = issued[0].clone();
    let paid = open.clone().pay("pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), open.total, now).unwrap();
    let void = open.void(now).unwrap();
    table.write(Invoices::replace(scope, &paid).unwrap()).await.unwrap();
    assert!(table.write(Invoices::replace(scope, &void).unwrap()).await.is_err());
    assert_eq!(Invoices::new(table.as_ref(), scope).get(paid.id).await.unwrap().map(opened), Some(paid));
}

#[tokio::test]
async fn issuing_takes_three_round_trips_beside_looking() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let subscription = subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-12-01T00:00:00Z").await;
    let before = table.meter().total();
    bill(table.as_ref(), scope, subscription.id, at("2027-01-01T01:00:00Z")).await.unwrap();
    // Subscription and plan, books, the transaction, and the look that finds nothing more to do.
    assert_eq!(table.meter().total().since(before).round_trips, 5);
}
