//! A process may die before or after any call to the store: running again ends in the same books.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use async_trait::async_trait;
use billing::{Invoice, InvoiceLine, PlanCache, Reporter, Subscription, Subscriptions, ingest};
use kernel::{Currency, Money};
use table::{
    Item, Key, Query, QueryPage, Table, TableError, TenantScope, TransactError, Transaction, Write, WriteError,
};

use crate::{
    books::{at, bill, invoices, numbers, predictions, subscribe, tenant},
    store,
};

/// Where the call fails: before it reaches the store, or after it, when nobody hears the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Moment {
    Before,
    After,
}

/// A table whose call number `fails_at`, counted from 0, fails once.
struct Mortal {
    inner: Arc<dyn Table>,
    calls: AtomicU32,
    fails_at: u32,
    moment: Moment,
}

impl Mortal {
    async fn live<T, E: From<TableError>>(&self, call: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let dies = self.calls.fetch_add(1, Ordering::Relaxed) == self.fails_at;
        if dies && self.moment == Moment::Before {
            return Err(TableError::Unavailable("died before".to_owned()).into());
        }
        let answer = call.await;
        if dies { Err(TableError::Unavailable("died after".to_owned()).into()) } else { answer }
    }
}

#[async_trait]
impl Table for Mortal {
    async fn get(&self, key: &Key) -> Result<Option<Item>, TableError> {
        self.live(self.inner.get(key)).await
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<Vec<Option<Item>>, TableError> {
        self.live(self.inner.batch_get(keys)).await
    }

    async fn query(&self, query: Query) -> Result<QueryPage, TableError> {
        self.live(self.inner.query(query)).await
    }

    async fn write(&self, write: Write) -> Result<Option<Item>, WriteError> {
        self.live(self.inner.write(write)).await
    }

    async fn transact(&self, transaction: Transaction) -> Result<(), TransactError> {
        self.live(self.inner.transact(transaction)).await
    }
}

/// Usage in time, two missed periods to bill, and usage that is late for the first of them.
async fn work(table: &dyn Table, scope: TenantScope, subscription: &Subscription) -> Result<(), TableError> {
    let (sub, plans) = (subscription.id, PlanCache::default());
    let early = (0..60).map(|n| predictions(sub, &format!("early-{n}"), 25, "2026-12-20T00:00:00Z")).collect();
    ingest(table, scope, &plans, Reporter::Tenant, early, at("2026-12-21T00:00:00Z")).await?;
    bill(table, scope, sub, at("2027-01-01T18:00:00Z")).await?;
    let late = vec![predictions(sub, "late", 40, "2026-12-21T00:00:00Z")];
    ingest(table, scope, &plans, Reporter::Tenant, late, at("2027-01-02T00:00:00Z")).await?;
    bill(table, scope, sub, at("2027-03-01T18:00:00Z")).await?;
    Ok(())
}

/// What the books say, without the ids, which differ from run to run.
#[derive(Debug, PartialEq)]
struct Outcome {
    numbers: Vec<String>,
    invoices: Vec<(Vec<InvoiceLine>, Money)>,
    period_start: String,
    version: u64,
}

async fn outcome(table: &dyn Table, scope: TenantScope, subscription: &Subscription) -> Outcome {
    let all = invoices(table, scope).await;
    let after = Subscriptions::new(table, scope).get(subscription.id).await.unwrap().unwrap();
    Outcome {
        numbers: numbers(&all),
        invoices: all.into_iter().map(|Invoice { lines, total, .. }| (lines, total)).collect(),
        period_start: after.period.start.to_string(),
        version: after.version,
    }
}

#[tokio::test]
async fn dying_at_any_call_and_starting_again_ends_in_the_same_books() {
    let table = store::table().await;
    let mut expected = None;
    // Run 0 does not die; the others each die at one call.
    let mut deaths = 0;
    'moments: for moment in [Moment::Before, Moment::After] {
        for fails_at in 0.. {
            let scope = tenant(table.as_ref()).await;
            let subscription = subscribe(table.as_ref(), scope, "PREMIUM", Currency::IDR, "2026-12-01T00:00:00Z").await;
            if expected.is_none() {
                work(table.as_ref(), scope, &subscription).await.unwrap();
                let outcome = outcome(table.as_ref(), scope, &subscription).await;
                assert_eq!(outcome.numbers, ["INV-2027-01-0001", "INV-2027-03-0001", "INV-2027-03-0002"]);
                expected = Some(outcome);
                continue;
            }
            let mortal = Mortal { inner: table.clone(), calls: AtomicU32::new(0), fails_at, moment };
            let died = work(&mortal, scope, &subscription).await.is_err();
            if !died {
                // There is no such call any more.
                continue 'moments;
            }
            deaths += 1;
            work(table.as_ref(), scope, &subscription).await.unwrap();
            let outcome = outcome(table.as_ref(), scope, &subscription).await;
            assert_eq!(Some(&outcome), expected.as_ref(), "{moment:?} call {fails_at}");
        }
    }
    assert!(deaths > 30, "only {deaths} calls were tried");
}
