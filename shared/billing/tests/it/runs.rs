//! A billing run counts each subscription once, however often its messages come.

use std::sync::Arc;

use billing::{Outcome, Run, RunStatus, Runs};
use kernel::{RunId, SubscriptionId};
use table::Table;
use testkit::memory_table;

use crate::books::{at, tenant, ulid};

#[tokio::test]
async fn a_subscription_counts_once_in_a_run() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let (id, now) = (RunId::new(ulid()), at("2027-01-01T01:00:00Z"));
    table.write(Runs::insert(scope, &Run::new(id, now, now)).unwrap()).await.unwrap();
    let runs = Runs::new(table.as_ref(), scope);
    let subs: Vec<_> = (0..150).map(|_| SubscriptionId::new(ulid())).collect();
    runs.note_due(id, &subs).await.unwrap();
    runs.note_due(id, &subs[100..]).await.unwrap();
    assert_eq!(runs.get(id).await.unwrap().unwrap().status(), RunStatus::Running);
    runs.found_all(id, now).await.unwrap();
    for (index, sub) in subs.iter().enumerate() {
        let outcome = match index {
            0 => Outcome::Failed,
            1..=3 => Outcome::Skipped,
            _ => Outcome::Invoiced,
        };
        runs.settle(id, *sub, outcome).await.unwrap();
        runs.settle(id, *sub, outcome).await.unwrap();
    }
    // A success is not undone by a message that comes again and finds nothing to do.
    runs.settle(id, subs[10], Outcome::Skipped).await.unwrap();
    let run = runs.get(id).await.unwrap().unwrap();
    assert_eq!((run.due, run.invoiced, run.failed, run.skipped), (150, 146, 1, 3));
    assert_eq!(run.status(), RunStatus::Done);
    // A failure gives way to the try that succeeds.
    runs.settle(id, subs[0], Outcome::Invoiced).await.unwrap();
    let run = runs.get(id).await.unwrap().unwrap();
    assert_eq!((run.due, run.invoiced, run.failed, run.skipped), (150, 147, 0, 3));
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
