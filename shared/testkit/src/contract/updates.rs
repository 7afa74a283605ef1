//! Updates: every change, alone and together.

use serde_json::{Value, json};
use table::{Change, Condition, Table, Write};

use super::{Ground, object};
use crate::raw;

pub(super) async fn an_update_makes_the_row(table: &dyn Table) {
    let ground = Ground::new(table);
    let made = ground.wrote(raw::update(ground.key("row")).set("a", "x").add("n", 2)).await;
    assert_eq!(made, Some(object(json!({ "a": "x", "n": 2 }))), "an update answers with the new row");
    assert_eq!(ground.row("row").await, made);
}

/// What each change makes of a row with `old`, which is an attribute's value, and of one without.
fn changes() -> Vec<(Change, Value, Value)> {
    let name = || "n".to_owned();
    vec![
        (Change::Set(name(), json!(8)), json!({ "n": 8 }), json!({ "n": 8 })),
        (Change::Set(name(), json!(["x"])), json!({ "n": ["x"] }), json!({ "n": ["x"] })),
        (Change::Set(name(), Value::Null), json!({}), json!({})),
        (Change::SetIfMissing(name(), json!(8)), json!({ "n": 5 }), json!({ "n": 8 })),
        (Change::SetIfMissing(name(), Value::Null), json!({ "n": 5 }), json!({})),
        (Change::Add(name(), 3), json!({ "n": 8 }), json!({ "n": 3 })),
        (Change::Add(name(), -9), json!({ "n": -4 }), json!({ "n": -9 })),
        (Change::Add(name(), 0), json!({ "n": 5 }), json!({ "n": 0 })),
        (Change::Remove(name()), json!({}), json!({})),
    ]
}

/// An update with this change, through the call that makes it. A new change must be added to the cases above too.
fn with(write: Write, change: &Change) -> Write {
    match change.clone() {
        Change::Set(name, value) => write.set(name, value),
        Change::SetIfMissing(name, value) => write.set_if_missing(name, value),
        Change::Add(name, amount) => write.add(name, amount),
        Change::Remove(name) => write.remove(name),
    }
}

pub(super) async fn every_change_changes_its_attribute(table: &dyn Table) {
    for (change, of_five, of_none) in changes() {
        for (old, new) in [(json!({ "n": 5 }), of_five), (json!({}), of_none)] {
            let ground = Ground::new(table);
            ground.put("one", old.clone()).await;
            ground.put("two", old).await;
            let new =
                Some(object(json!({ "other": "kept", "touched": true })).into_iter().chain(object(new)).collect());
            let touch = |name| raw::update(ground.key(name)).set("other", "kept").set("touched", true);
            assert_eq!(ground.wrote(with(touch("one"), &change).when(Condition::Exists)).await, new, "{change:?}");
            assert_eq!(ground.row("one").await, new, "{change:?}");
            ground.transacted([with(touch("two"), &change).when(Condition::Exists)]).await;
            assert_eq!(ground.row("two").await, new, "{change:?} in a transaction");
        }
    }
}

pub(super) async fn an_update_without_changes_is_refused(table: &dyn Table) {
    let ground = Ground::new(table);
    ground.refused(raw::update(ground.key("row"))).await;
    assert!(ground.transact([raw::update(ground.key("row"))]).await.is_err());
    assert_eq!(ground.row("row").await, None);
}

pub(super) async fn an_update_cannot_move_the_row(table: &dyn Table) {
    let ground = Ground::new(table);
    ground.put("row", json!({ "a": 1 })).await;
    ground.refused(raw::update(ground.key("row")).set("PK", "T#another")).await;
    ground.refused(raw::update(ground.key("row")).set("SK", "another")).await;
    assert_eq!(ground.row("row").await, Some(object(json!({ "a": 1 }))));
}

pub(super) async fn text_cannot_be_added_to(table: &dyn Table) {
    let ground = Ground::new(table);
    ground.put("row", json!({ "a": "x" })).await;
    ground.refused(raw::update(ground.key("row")).add("a", 1)).await;
    assert_eq!(ground.row("row").await, Some(object(json!({ "a": "x" }))));
}
