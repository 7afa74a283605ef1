//! Lists give every row once, in pages of the size asked for, and know when they end.

use std::sync::Arc;

use billing::{InvoiceStatus, Invoices, InvoicesOf, Plans, Showing, Subscription, Subscriptions, catalogue};
use kernel::{Currency, PageLimit};
use serde_json::json;
use table::{Table, TableError, Transaction, Write, pages::PageRequest};
use testkit::memory_table;

use crate::books::{at, bill, subscribe, tenant};

fn limit(rows: u32) -> PageLimit {
    PageLimit::try_from(rows).unwrap()
}

#[tokio::test]
async fn pages_tile_a_list() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    for _ in 0..6 {
        subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-12-01T00:00:00Z").await;
    }
    for rows in [1, 2, 3, 6, 7] {
        let (mut request, mut ids, mut pages) = (PageRequest { limit: limit(rows), after: None }, Vec::new(), 0);
        loop {
            let page = Subscriptions::new(table.as_ref(), scope).list(&request).await.unwrap();
            ids.extend(page.items.into_iter().map(|subscription| subscription.id));
            pages += 1;
            request.after = page.last;
            if request.after.is_none() {
                break;
            }
        }
        assert_eq!(pages, 6_u32.div_ceil(rows), "{rows} rows a page");
        assert!(ids.is_sorted_by(|newer, older| newer > older) && ids.len() == 6);
    }
}

#[tokio::test]
async fn a_customer_sees_their_own_subscriptions_only() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let mine = subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-12-01T00:00:00Z").await;
    subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-12-01T00:00:00Z").await;
    let page = Subscriptions::new(table.as_ref(), scope).list_of(mine.party, &PageRequest::default()).await.unwrap();
    assert_eq!((page.items, page.last), (vec![mine], None));
}

#[tokio::test]
async fn a_list_leaves_out_what_it_cannot_read_and_a_single_row_is_an_error() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let good = subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-12-01T00:00:00Z").await;
    let bad = subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-12-01T00:00:00Z").await;
    // As a later release might write it.
    let row = Write::update::<Subscription>(scope.key(format_args!("SUB#{}", bad.id), "SUB"))
        .set("status", json!({ "later": 1 }));
    table.write(row).await.unwrap();
    let (subscriptions, request) = (Subscriptions::new(table.as_ref(), scope), PageRequest::default());
    assert_eq!(subscriptions.list(&request).await.unwrap().items, [good]);
    assert_eq!(subscriptions.list_of(bad.party, &request).await.unwrap().items, []);
    assert!(matches!(subscriptions.get(bad.id).await.map(drop), Err(TableError::Corrupt(_))));
    assert!(matches!(subscriptions.get_many(&[bad.id]).await, Err(TableError::Corrupt(_))));
}

#[tokio::test]
async fn a_filter_finds_rows_behind_many_others() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let sub = subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-01-01T00:00:00Z").await;
    let issued = bill(table.as_ref(), scope, sub.id, at("2027-01-01T01:00:00Z")).await.unwrap();
    let oldest = issued[0].clone().void(at("2027-01-01T02:00:00Z")).unwrap();
    table::write_alone(&*table, |tx| Invoices::save(tx, scope, &oldest)).await.unwrap();
    let request = PageRequest { limit: limit(2), after: None };
    let page = Invoices::new(table.as_ref(), scope)
        .list(InvoicesOf::Tenant, Showing::In(InvoiceStatus::Void), &request)
        .await
        .unwrap();
    assert_eq!((page.items, page.last), (vec![oldest], None));
    let open = Invoices::new(table.as_ref(), scope)
        .list(InvoicesOf::Tenant, Showing::In(InvoiceStatus::Open), &request)
        .await
        .unwrap();
    assert_eq!(open.items.len(), 2);
    assert!(open.last.is_some());
}

#[tokio::test]
async fn the_newest_version_of_a_plan_is_the_one_on_offer() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let plans = Plans::new(table.as_ref(), scope);
    let mut second = catalogue().remove(1);
    second.version = 2;
    second.name = "Basic of 2027".to_owned();
    let mut transaction = Transaction::new();
    Plans::insert_all(&mut transaction, scope, std::slice::from_ref(&second)).unwrap();
    table.transact(transaction).await.unwrap();
    let names: Vec<_> = plans.list().await.unwrap().into_iter().map(|plan| plan.plan.name).collect();
    assert_eq!(names, ["Basic of 2027", "Enterprise", "Free", "Premium"]);
    assert_eq!(plans.newest(&second.key).await.unwrap().unwrap(), second);
    let mut first = second.reference();
    first.version = 1;
    assert_eq!(plans.get(&first).await.unwrap().unwrap().name, "Basic");
    // Seeding again changes nothing.
    let mut transaction = Transaction::new();
    Plans::insert_all(&mut transaction, scope, &catalogue()).unwrap();
    assert!(table.transact(transaction).await.is_err());
}
