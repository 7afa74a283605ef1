//! Races: what holds when many callers meet on one row.

use futures::future::join_all;
use serde_json::{Value, json};
use table::{Condition, Item, Table, WriteError};

use super::{Ground, object};
use crate::raw;

fn number(row: Option<&Item>, name: &str) -> Option<u64> {
    row.and_then(|row| row.get(name)).and_then(Value::as_u64)
}

pub(super) async fn concurrent_additions_all_count(table: &dyn Table) {
    let ground = Ground::new(table);
    let seen = join_all((1..=50).map(|amount| ground.wrote(raw::update(ground.key("sum")).add("n", amount)))).await;
    assert_eq!(ground.row("sum").await, Some(object(json!({ "n": 1275 }))));
    // Each saw the row right after its own addition, so no two saw the same.
    let mut sums: Vec<_> = seen.iter().map(|row| number(row.as_ref(), "n")).collect();
    sums.sort_unstable();
    sums.dedup();
    assert_eq!(sums.len(), 50);
}

pub(super) async fn concurrent_firsts_have_one_winner(table: &dyn Table) {
    let ground = Ground::new(table);
    let first = |number: u64| {
        table.write(raw::put(ground.key("name"), object(json!({ "owner": number }))).when(Condition::NotExists))
    };
    let outcomes = join_all((0..20).map(first)).await;
    let row = ground.row("name").await;
    let owner = number(row.as_ref(), "owner");
    for (number, outcome) in (0..20).zip(outcomes) {
        match outcome {
            Ok(_) => assert_eq!(owner, Some(number), "a winner was overwritten"),
            Err(WriteError::ConditionFailed { current }) => {
                assert_ne!(owner, Some(number), "the row of a loser");
                assert_eq!(current.map(super::record), row, "a loser is shown the winner");
            }
            Err(WriteError::Table(error)) => panic!("write: {error}"),
        }
    }
}

pub(super) async fn versions_let_nothing_be_overwritten(table: &dyn Table) {
    let ground = Ground::new(table);
    ground.put("row", json!({ "version": 0, "n": 0 })).await;
    // Each reads, decides and writes back; who comes second must read again.
    let one = async || {
        for _ in 0..200 {
            let row = ground.row("row").await;
            let version = number(row.as_ref(), "version").unwrap_or_else(|| panic!("no version in {row:?}"));
            let sum = number(row.as_ref(), "n").unwrap_or_default() + 1;
            let next = raw::put(ground.key("row"), object(json!({ "version": version + 1, "n": sum })));
            match table.write(next.when(Condition::VersionIs(version))).await {
                Ok(_) => return,
                Err(WriteError::ConditionFailed { .. }) => {}
                Err(WriteError::Table(error)) => panic!("write: {error}"),
            }
        }
        panic!("never the first");
    };
    join_all((0..10).map(|_| one())).await;
    assert_eq!(ground.row("row").await, Some(object(json!({ "version": 10, "n": 10 }))));
}

pub(super) async fn colliding_transactions_all_happen(table: &dyn Table) {
    let ground = Ground::new(table);
    let one = |number: u64| {
        ground.transacted([
            raw::update(ground.key("sum")).add("n", 1),
            raw::put(ground.key(format_args!("row {number}")), object(json!({ "n": number })))
                .when(Condition::NotExists),
        ])
    };
    join_all((0..5).map(one)).await;
    assert_eq!(ground.row("sum").await, Some(object(json!({ "n": 5 }))));
    assert_eq!(ground.row("row 4").await, Some(object(json!({ "n": 4 }))));
}
