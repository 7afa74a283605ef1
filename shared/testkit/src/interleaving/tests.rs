//! The harness finds what it is for, plays each order once, and says which one broke.

use std::sync::Mutex;

use kernel::TenantId;
use serde_json::json;
use table::{Condition, Key, Table, TenantScope, Write, WriteError};
use ulid::Ulid;

use super::{gate::held, *};
use crate::raw;

fn counter() -> Key {
    TenantScope::new(TenantId::new(Ulid(1))).key("COUNTER", "COUNTER")
}

async fn count(table: &dyn Table) -> u64 {
    let row = table.get(&counter()).await.unwrap().unwrap_or_default();
    row.get("version").and_then(serde_json::Value::as_u64).unwrap_or(0)
}

fn set(to: u64) -> Write {
    raw::update(counter()).set("version", to)
}

/// Reads, adds one, writes: an update is lost when both read before one wrote.
async fn careless(ctx: Ctx) {
    let seen = count(ctx.table()).await;
    ctx.table().write(set(seen + 1)).await.unwrap();
}

/// The same, on the condition that nobody else wrote in between.
async fn careful(ctx: Ctx) {
    loop {
        let seen = count(ctx.table()).await;
        let unchanged = if seen == 0 { Condition::NotExists } else { Condition::VersionIs(seen) };
        match ctx.table().write(set(seen + 1).when(unchanged)).await {
            Ok(_) => return,
            Err(WriteError::ConditionFailed { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

async fn scene(tasks: Vec<Task<()>>) -> Beginning<(), ()> {
    Beginning { stack: Stack::start().await, facts: (), tasks }
}

#[tokio::test]
async fn two_tasks_of_n_calls_have_2n_over_n_orders_each_played_once() {
    for (calls, expected) in [(1, 2), (2, 6), (3, 20)] {
        let reads = move || {
            task(async move |ctx: Ctx| {
                for _ in 0..calls {
                    count(ctx.table()).await;
                }
            })
        };
        let played = Interleaving::every().run(async || scene(vec![reads(), reads()]).await, async |_| {}).await;
        assert_eq!(played, expected, "{calls} calls each");
    }
    let uneven = async || {
        let (one, two) = (task(async |ctx: Ctx| assert!(count(ctx.table()).await < 2)), task(careless));
        scene(vec![one, two, task(async |_| {})]).await
    };
    assert_eq!(Interleaving::every().run(uneven, async |_| {}).await, 3, "one call among two, and none");
}

#[tokio::test]
async fn a_lost_update_is_found_in_exactly_the_orders_that_lose_it() {
    let ends = Mutex::new(Vec::new());
    let both = async || scene(vec![task(careless), task(careless)]).await;
    let note = async |ended: Ended<(), ()>| {
        let end = count(ended.stack.ctx().table()).await;
        held(&ends).push(end);
    };
    assert_eq!(Interleaving::every().run(both, note).await, 6);
    assert_eq!(*held(&ends), [2, 1, 1, 1, 1, 2], "only whole turns one after the other lose nothing");
}

#[tokio::test]
async fn a_condition_loses_nothing_in_any_order() {
    let both = async || scene(vec![task(careful), task(careful)]).await;
    let check = async |ended: Ended<(), ()>| assert_eq!(count(ended.stack.ctx().table()).await, 2);
    let played = Interleaving::every().run(both, check).await;
    assert_eq!(played, 6, "who comes too late goes again alone");
    let three = async || scene(vec![task(careful), task(careful), task(careful)]).await;
    let check = async |ended: Ended<(), ()>| assert_eq!(count(ended.stack.ctx().table()).await, 3);
    assert_eq!(Interleaving::sample(7, 12).run(three, check).await, 12);
}

#[tokio::test]
async fn a_sample_is_the_same_for_the_same_seed() {
    let orders = async |seed| {
        let seen = Mutex::new(Vec::new());
        let three = async || {
            let note = |name: u8| {
                task(async move |ctx: Ctx| {
                    count(ctx.table()).await;
                    ctx.table().write(raw::update(counter()).set("last", name)).await.unwrap();
                })
            };
            Beginning { stack: Stack::start().await, facts: (), tasks: vec![note(1), note(2), note(3)] }
        };
        let last = async |ended: Ended<(), ()>| {
            let row = ended.stack.ctx().table().get(&counter()).await.unwrap().unwrap();
            held(&seen).push(row["last"].clone());
        };
        Interleaving::sample(seed, 8).run(three, last).await;
        seen.into_inner().unwrap()
    };
    let first = orders(1).await;
    assert_eq!(first, orders(1).await);
    assert_ne!(first, orders(2).await);
    assert!([1, 2, 3].iter().all(|name| first.contains(&json!(name))), "{first:?}");
}

#[tokio::test]
async fn a_failure_names_the_order_and_the_order_can_be_played_again() {
    let both = async || scene(vec![task(careless), task(careless)]).await;
    let check = async |ended: Ended<(), ()>| assert_eq!(count(ended.stack.ctx().table()).await, 2);
    let failed = AssertUnwindSafe(Interleaving::every().run(both, check)).catch_unwind().await.unwrap_err();
    let message = message_of(failed.as_ref());
    let row = "T#tnt_00000000000000000000000001#COUNTER COUNTER";
    let calls = format!("  task 0: get {row}\n  task 1: get {row}\n  task 0: write {row}\n  task 1: write {row}\n");
    assert!(message.starts_with(&format!("order 2 breaks: Interleaving::only(&[0, 1, 0, 1])\n{calls}")), "{message}");
    assert!(message.contains("left: 1"), "{message}");

    let again = AssertUnwindSafe(Interleaving::only(&[0, 1, 0, 1]).run(both, check)).catch_unwind().await;
    assert!(message_of(again.unwrap_err().as_ref()).contains(&calls));
    assert_eq!(Interleaving::only(&[1, 1, 0, 0]).run(both, check).await, 1);
}

#[tokio::test]
async fn calls_at_rows_that_do_not_matter_are_no_turns_and_parallel_calls_of_a_task_are() {
    let both = async || {
        let one = || {
            task(async |ctx: Ctx| {
                let other = TenantScope::new(TenantId::new(Ulid(1))).key("RL#me", "RL");
                let (_, limited) =
                    tokio::join!(count(ctx.table()), ctx.table().write(raw::update(other).add("calls", 1)));
                limited.unwrap();
                tokio::join!(count(ctx.table()), count(ctx.table()));
            })
        };
        scene(vec![one(), one()]).await
    };
    assert_eq!(Interleaving::every().passing("#RL#").run(both, async |_| {}).await, 20, "three turns each");
}
