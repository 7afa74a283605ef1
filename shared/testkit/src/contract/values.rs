//! Values: what is stored comes back as it was.

use serde_json::{Value, json};
use table::{Condition, Table, TableError, WriteError};

use super::{Ground, object};
use crate::raw;

/// Stores a row by a put, an update and a transaction, and reads it back each time.
async fn comes_back(table: &dyn Table, row: Value) {
    let ground = Ground::new(table);
    let expected = Some(object(row.clone()));
    let same = |found: &Option<_>, how: &str| assert!(*found == expected, "{how}: {}", excerpt(&json!(found)));
    ground.put("put", row.clone()).await;
    same(&ground.row("put").await, "put");
    let update = object(row.clone())
        .into_iter()
        .fold(raw::update(ground.key("update")), |write, (name, value)| write.set(name, value));
    same(&ground.wrote(update).await, "update");
    same(&ground.row("update").await, "update");
    ground.transacted([raw::put(ground.key("transaction"), object(row))]).await;
    same(&ground.row("transaction").await, "transaction");
}

/// The beginning of what was found: a row may have 300 KB.
fn excerpt(found: &Value) -> String {
    found.to_string().chars().take(500).collect()
}

pub(super) async fn whole_numbers_are_exact(table: &dyn Table) {
    let past_doubles = 9_007_199_254_740_993_i64;
    comes_back(
        table,
        json!({ "max": i64::MAX, "min": i64::MIN, "zero": 0, "unsigned": u64::MAX, "odd": past_doubles,
            "negative": -past_doubles, "within": [i64::MAX, { "deep": i64::MIN }], "hundred": 100, "million": 1_000_000 }),
    )
    .await;
}

pub(super) async fn sums_are_exact_at_the_ends(table: &dyn Table) {
    let ground = Ground::new(table);
    ground.put("row", json!({ "n": i64::MAX - 1, "m": i64::MIN + 1, "version": u64::MAX })).await;
    let update = raw::update(ground.key("row")).add("n", 1).add("m", -1).when(Condition::VersionIs(u64::MAX));
    let row = ground.wrote(update).await;
    assert_eq!(row, Some(object(json!({ "n": i64::MAX, "m": i64::MIN, "version": u64::MAX }))));
    let touch = || raw::update(ground.key("row")).set("touched", true);
    ground.wrote(touch().when(Condition::AtLeast("n", i64::MAX))).await;
    ground.failed(touch().when(Condition::Below("n", i64::MAX))).await;
    ground.wrote(touch().when(Condition::AtLeast("m", i64::MIN))).await;
    ground.failed(touch().when(Condition::AtLeast("m", i64::MIN + 1))).await;
    ground.failed(touch().when(Condition::VersionIs(u64::MAX - 1))).await;
}

pub(super) async fn nulls_are_not_stored(table: &dyn Table) {
    let ground = Ground::new(table);
    ground.put("row", json!({ "a": 1, "none": null })).await;
    assert_eq!(ground.row("row").await, Some(object(json!({ "a": 1 }))));
    ground.transacted([raw::put(ground.key("row"), object(json!({ "b": 1, "none": null })))]).await;
    assert_eq!(ground.row("row").await, Some(object(json!({ "b": 1 }))));
    let row = ground.wrote(raw::update(ground.key("row")).set("b", Value::Null).set("c", 1)).await;
    assert_eq!(row, Some(object(json!({ "c": 1 }))));
    ground.wrote(raw::update(ground.key("row")).add("c", 1).when(Condition::Missing("b"))).await;
}

pub(super) async fn every_kind_of_value_comes_back(table: &dyn Table) {
    comes_back(
        table,
        json!({ "text": "x", "empty": "", "yes": true, "no": false, "list": [1, "x", null, true, [], {}], "none": [],
            "object": { "a": { "b": [{ "c": null }] } }, "nothing": {}, "digits": "0042", "sum": "1e3" }),
    )
    .await;
}

/// Words that mean something in DynamoDB's expressions, and names that would break them.
const NAMES: [&str; 22] = [
    "name",
    "status",
    "data",
    "size",
    "value",
    "values",
    "year",
    "user",
    "count",
    "date",
    "ttl2",
    "order",
    "and",
    "not",
    "between",
    "set",
    "add",
    "#n0",
    ":v0",
    "a.b",
    "items[0]",
    "with space",
];

pub(super) async fn names_cannot_collide_with_the_language(table: &dyn Table) {
    comes_back(table, NAMES.iter().map(|name| ((*name).to_owned(), json!(name))).collect()).await;
    let ground = Ground::new(table);
    for name in NAMES {
        ground.put("row", json!({ name: 1 })).await;
        ground.wrote(raw::update(ground.key("row")).add(name, 1).when(Condition::AtLeast(name, 1))).await;
        ground.wrote(raw::update(ground.key("row")).set_if_missing(name, 7).when(Condition::Below(name, 3))).await;
        assert_eq!(ground.row("row").await, Some(object(json!({ name: 2 }))));
        ground.failed(raw::update(ground.key("row")).remove(name).when(Condition::Missing(name))).await;
        ground.failed(raw::update(ground.key("row")).remove(name).when(Condition::Lacks((*name).to_owned()))).await;
        ground.wrote(raw::update(ground.key("row")).add("m", 0).when(Condition::Has((*name).to_owned()))).await;
        ground.wrote(raw::update(ground.key("row")).remove("m")).await;
        ground.wrote(raw::update(ground.key("row")).remove(name).when(Condition::Equals(name, json!(2)))).await;
        assert_eq!(ground.row("row").await, Some(object(json!({}))));
    }
}

pub(super) async fn unicode_comes_back(table: &dyn Table) {
    // Composed and decomposed letters stay apart: nothing is normalised on the way.
    let text = "Warung Bu Sri ☕ ✓ 日本 e\u{301} é \u{0} \u{7f} \u{ffff} 😀\u{200d}🚀 \"\\/\n\t";
    comes_back(table, json!({ "text": text, text: [text], "😀": { "é": "e\u{301}" } })).await;
    let ground = Ground::new(table);
    for name in ["é", "e\u{301}", "😀", "a b/c?d=e&f#g%20"] {
        ground.put(name, json!({ "name": name })).await;
    }
    for name in ["é", "e\u{301}", "😀", "a b/c?d=e&f#g%20"] {
        assert_eq!(ground.row(name).await, Some(object(json!({ "name": name }))));
    }
}

pub(super) async fn rows_may_be_large(table: &dyn Table) {
    let text = "warung ".repeat(300 * 1024 / 7);
    comes_back(table, json!({ "text": text, "list": vec![7; 1000] })).await;
    let ground = Ground::new(table);
    let too_large = raw::put(ground.key("row"), object(json!({ "text": text, "again": text })));
    let refused = table.write(too_large).await;
    assert!(matches!(refused, Err(WriteError::Table(TableError::Refused(_)))), "600 KB were taken");
    assert_eq!(ground.row("row").await, None);
}
