//! A billing run counts each subscription once, however often its messages come.

use std::sync::Arc;

use billing::{Ended, Newest, Run, RunStatus, RunTally, Runs};
use kernel::{RunId, SubscriptionId};
use table::{Table, TenantScope, TransactError, Transaction};
use testkit::memory_table;

use crate::books::{at, tenant, ulid};

#[tokio::test]
async fn a_subscription_counts_once_in_a_run() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let (id, now) = (RunId::new(ulid()), at("2027-01-01T01:00:00Z"));
    insert(table.as_ref(), scope, &Run::new(id, now, now)).await;
    let runs = Runs::new(table.as_ref(), scope);
    let subs: Vec<_> = (0..150).map(|_| SubscriptionId::new(ulid())).collect();
    runs.note_due(id, &subs).await.unwrap();
    runs.note_due(id, &subs[100..]).await.unwrap();
    assert_eq!(runs.get(id).await.unwrap().unwrap().status(), RunStatus::Running);
    runs.found_all(id, now).await.unwrap();
    let settle = async |sub: SubscriptionId, ended: Ended| runs.settle(RunTally::new(id, sub), ended).await.unwrap();
    for (index, sub) in subs.iter().enumerate() {
        match index {
            0 => settle(*sub, Ended::Badly("OUTRUN")).await,
            1..=3 => settle(*sub, Ended::Well).await,
            _ => count(table.as_ref(), scope, RunTally::new(id, *sub)).await,
        }
        if index < 4 {
            settle(*sub, if index == 0 { Ended::Badly("OUTRUN") } else { Ended::Well }).await;
        }
    }
    // An invoice is not undone by a message that comes again and finds nothing to do.
    settle(subs[10], Ended::Well).await;
    let run = runs.get(id).await.unwrap().unwrap();
    assert_eq!((run.due, run.invoiced, run.failed, run.skipped), (150, 146, 1, 3));
    assert_eq!(run.status(), RunStatus::Done);
    // A failure gives way to the try that succeeds.
    count(table.as_ref(), scope, RunTally::new(id, subs[0])).await;
    let run = runs.get(id).await.unwrap().unwrap();
    assert_eq!((run.due, run.invoiced, run.failed, run.skipped), (150, 147, 0, 3));
}

async fn insert(table: &dyn Table, scope: TenantScope, run: &Run) {
    let mut transaction = Transaction::new();
    Runs::insert(&mut transaction, scope, run, &Newest::default()).unwrap();
    table.transact(transaction).await.unwrap();
}

/// Counts an invoice as its own transaction does: again, with what the row says, when the row says something else.
async fn count(table: &dyn Table, scope: TenantScope, mut tally: RunTally) {
    loop {
        let mut transaction = Transaction::new();
        let slot = tally.count(scope, kernel::Money::new(500, kernel::Currency::USD), &mut transaction);
        match table.transact(transaction).await {
            Ok(()) => return,
            Err(TransactError::Cancelled(cancelled)) => tally = tally.corrected(slot, &cancelled).unwrap().unwrap(),
            Err(TransactError::Table(error)) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn a_failure_after_the_first_of_two_invoices_is_shown_until_the_second_is_issued() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let (id, sub, now) = (RunId::new(ulid()), SubscriptionId::new(ulid()), at("2027-01-01T01:00:00Z"));
    insert(table.as_ref(), scope, &Run::new(id, now, now)).await;
    let runs = Runs::new(table.as_ref(), scope);
    runs.note_due(id, &[sub]).await.unwrap();
    let tally = RunTally::new(id, sub);
    let counts = async || {
        let run = runs.get(id).await.unwrap().unwrap();
        (run.invoiced, run.failed, run.skipped)
    };
    count(table.as_ref(), scope, tally).await;
    runs.settle(tally.counted(), Ended::Badly("OUTRUN")).await.unwrap();
    assert_eq!(counts().await, (0, 1, 0));
    count(table.as_ref(), scope, tally).await;
    assert_eq!(counts().await, (1, 0, 0));
    // A copy of the message that failed later on, and comes again when nothing is left to do.
    runs.settle(tally, Ended::Badly("OUTRUN")).await.unwrap();
    runs.settle(tally, Ended::Well).await.unwrap();
    assert_eq!(counts().await, (1, 0, 0));
}

#[tokio::test]
async fn a_run_that_is_not_there_cannot_be_counted_in() {
    let table = Arc::new(memory_table().await);
    let runs = Runs::new(table.as_ref(), tenant(table.as_ref()).await);
    let id = RunId::new(ulid());
    assert!(runs.note_due(id, &[SubscriptionId::new(ulid())]).await.is_err());
    assert!(runs.found_all(id, at("2027-01-01T01:00:00Z")).await.is_err());
    assert_eq!(runs.get(id).await.unwrap(), None);
}
