//! A process may die before or after any call to the store: running again ends in the same books.

use std::sync::Arc;

use billing::{Invoice, Line, PlanCache, Reporter, Subscription, Subscriptions};
use kernel::{Currency, Money};
use table::{Table, TableError, TenantScope};
use testkit::{Fault, FaultyTable, memory_table};

use crate::books::{at, bill, ingest, invoices, numbers, predictions, subscribe, tenant};

/// The first fee, usage in time, two missed boundaries to bill, and usage that is late for the first of them.
async fn work(table: &dyn Table, scope: TenantScope, subscription: &Subscription) -> Result<(), TableError> {
    let (sub, plans) = (subscription.id, PlanCache::default());
    bill(table, scope, sub, at("2026-12-01T00:00:00Z")).await?;
    let early = (0..3).map(|n| predictions(sub, &format!("early-{n}"), 500, "2026-12-20T00:00:00Z")).collect();
    ingest(table, scope, &plans, &Reporter::Tenant, early, at("2026-12-21T00:00:00Z")).await?;
    bill(table, scope, sub, at("2027-01-01T18:00:00Z")).await?;
    let late = vec![predictions(sub, "late", 40, "2026-12-21T00:00:00Z")];
    ingest(table, scope, &plans, &Reporter::Tenant, late, at("2027-01-02T00:00:00Z")).await?;
    bill(table, scope, sub, at("2027-03-01T18:00:00Z")).await?;
    Ok(())
}

/// What the books say, without the ids, which differ from run to run.
#[derive(Debug, PartialEq)]
struct Outcome {
    numbers: Vec<String>,
    invoices: Vec<(Vec<Line>, Money)>,
    period_start: String,
    version: u64,
}

async fn outcome(table: &dyn Table, scope: TenantScope, subscription: &Subscription) -> Outcome {
    let all = invoices(table, scope).await;
    let after = Subscriptions::new(table, scope).get(subscription.id).await.unwrap().unwrap().trusted("a test looks");
    Outcome {
        numbers: numbers(&all),
        invoices: all.into_iter().map(|Invoice { lines, total, .. }| (lines, total)).collect(),
        period_start: after.period.start.to_string(),
        version: after.version,
    }
}

#[tokio::test]
async fn dying_at_any_call_and_starting_again_ends_in_the_same_books() {
    let table: Arc<dyn Table> = Arc::new(memory_table().await);
    let start = async || {
        let scope = tenant(table.as_ref()).await;
        (scope, subscribe(table.as_ref(), scope, "PREMIUM", Currency::IDR, "2026-12-01T00:00:00Z").await)
    };
    let (scope, subscription) = start().await;
    let counting = FaultyTable::new(Arc::clone(&table), None);
    work(&counting, scope, &subscription).await.unwrap();
    let expected = outcome(table.as_ref(), scope, &subscription).await;
    assert_eq!(expected.numbers, ["INV-2026-12-0001", "INV-2027-01-0001", "INV-2027-03-0001", "INV-2027-03-0002"]);
    for fault in (0..counting.calls()).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let (scope, subscription) = start().await;
        let mortal = FaultyTable::new(Arc::clone(&table), Some(fault));
        assert!(work(&mortal, scope, &subscription).await.is_err(), "{fault:?}");
        work(table.as_ref(), scope, &subscription).await.unwrap();
        assert_eq!(outcome(table.as_ref(), scope, &subscription).await, expected, "{fault:?}");
    }
}
