//! The meter: round trips and capacity units of every call.

use serde_json::json;
use table::{
    Condition, DynamoTable, Item, Key, Query, Table, TableError, TenantScope, Transaction, Usage, Write, WriteError,
};
use testkit::{memory_table, raw};

fn scope() -> TenantScope {
    TenantScope::new("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap())
}

fn key(name: &str) -> Key {
    scope().key("ROWS", name)
}

fn row(text_bytes: usize) -> Item {
    json!({ "text": "x".repeat(text_bytes) }).as_object().unwrap().clone()
}

/// What a call used.
async fn used<T>(table: &DynamoTable, call: impl Future<Output = T>) -> (Usage, T) {
    let before = table.meter().total();
    let answer = call.await;
    (table.meter().total().since(before), answer)
}

const fn usage(round_trips: u64, read_halves: u64, write_units: u64) -> Usage {
    Usage { round_trips, read_halves, write_units }
}

#[tokio::test]
async fn writes_count_a_unit_for_each_kilobyte() {
    let table = memory_table().await;
    assert_eq!(used(&table, table.write(raw::put(key("a"), row(100)))).await.0, usage(1, 0, 1));
    assert_eq!(used(&table, table.write(raw::put(key("b"), row(2500)))).await.0, usage(1, 0, 3));
    assert_eq!(used(&table, table.write(raw::update(key("a")).add("n", 1))).await.0, usage(1, 0, 1));
    assert_eq!(used(&table, table.write(Write::delete(key("b")))).await.0, usage(1, 0, 3));
    let listed = raw::put(key("c"), row(100)).gsi1(scope().gsi1("C", "1"));
    assert_eq!(used(&table, table.write(listed)).await.0, usage(1, 0, 2), "a unit for the index");
}

#[tokio::test]
async fn reads_count_two_halves_for_each_four_kilobytes() {
    let table = memory_table().await;
    for name in ["a", "b"] {
        table.write(raw::put(key(name), row(5000))).await.unwrap();
    }
    assert_eq!(used(&table, table.get(&key("a"))).await.0, usage(1, 4, 0));
    assert_eq!(used(&table, table.get(&key("none"))).await.0, usage(1, 2, 0));
    assert_eq!(used(&table, table.batch_get(&[key("a"), key("b"), key("a")])).await.0, usage(1, 8, 0));
    let all = Query::partition(scope().partition("ROWS"));
    assert_eq!(used(&table, table.query(all)).await.0, usage(1, 6, 0), "10 KB together");
}

#[tokio::test]
async fn a_transaction_is_one_round_trip_at_twice_the_units() {
    let table = memory_table().await;
    table.write(raw::put(key("a"), row(100))).await.unwrap();
    let mut transaction = Transaction::new();
    transaction.add(raw::put(key("b"), row(100)));
    transaction.add(raw::update(key("c")).add("n", 1));
    transaction.add(Write::check(key("a")).when(Condition::Exists));
    assert_eq!(used(&table, table.transact(transaction)).await.0, usage(1, 0, 6));
}

#[tokio::test]
async fn what_fails_is_a_round_trip_too() {
    let table = memory_table().await;
    let failing = || raw::update(key("a")).add("n", 1).when(Condition::Exists);
    let (used_by_write, outcome) = used(&table, table.write(failing())).await;
    assert!(matches!(outcome, Err(WriteError::ConditionFailed { .. })));
    assert_eq!(used_by_write.round_trips, 1);
    let mut transaction = Transaction::new();
    transaction.add(failing());
    assert_eq!(used(&table, table.transact(transaction)).await.0.round_trips, 1);
    let (used_by_query, outcome) = used(&table, table.query(Query::partition(scope().partition("R")).limit(0))).await;
    assert!(matches!(outcome, Err(TableError::Refused(_))));
    assert_eq!(used_by_query.round_trips, 1);
}

#[tokio::test]
async fn what_needs_no_store_is_no_round_trip() {
    let table = memory_table().await;
    let backwards = Query::partition(scope().partition("ROWS")).between("b", "a");
    assert_eq!(used(&table, table.batch_get(&[])).await.0, usage(0, 0, 0));
    assert_eq!(used(&table, table.transact(Transaction::new())).await.0, usage(0, 0, 0));
    assert_eq!(used(&table, table.query(backwards)).await.0, usage(0, 0, 0));
    assert_eq!(used(&table, table.write(raw::update(key("a")))).await.0, usage(0, 0, 0));
}

#[tokio::test]
async fn clones_of_a_table_count_together() {
    let table = memory_table().await;
    let clone = table.clone();
    assert_eq!(used(&table, clone.get(&key("a"))).await.0.round_trips, 1);
}
