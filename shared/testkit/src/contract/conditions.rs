//! Conditions: each variant both ways, on a row and on none, in every place where a condition may stand.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use table::{Condition, Table, TransactError, Transaction, Write};

use super::{Ground, object};
use crate::raw;
use Condition::{AllOf, AnyOf, AtLeast, Below, Equals, Exists, Has, Lacks, Missing, NotExists, VersionIs};

/// Whether a condition must hold on the row of [`row`], and where there is no row.
type Case = (Condition, bool, bool);

fn row() -> Value {
    json!({ "status": "open", "version": 3, "stock": 5, "debt": -7, "tags": ["a", "b"], "at": { "city": "Bogor" } })
}

fn cases() -> Vec<Case> {
    let is = |name, value: Value| Equals(name, value);
    vec![
        (NotExists, false, true),
        (Exists, true, false),
        (is("status", json!("open")), true, false),
        (is("status", json!("Open")), false, false),
        (is("stock", json!(5)), true, false),
        (is("stock", json!("5")), false, false),
        (is("tags", json!(["a", "b"])), true, false),
        (is("tags", json!(["b", "a"])), false, false),
        (is("at", json!({ "city": "Bogor" })), true, false),
        (is("nothing", json!("open")), false, false),
        (is("nothing", Value::Null), true, true),
        (is("status", Value::Null), false, true),
        (Missing("nothing"), true, true),
        (Missing("status"), false, true),
        (Has("stock".to_owned()), true, false),
        (Has("nothing".to_owned()), false, false),
        (Lacks("nothing".to_owned()), true, true),
        (Lacks("stock".to_owned()), false, true),
        (VersionIs(3), true, false),
        (VersionIs(4), false, false),
        (AtLeast("stock", 5), true, false),
        (AtLeast("stock", 6), false, false),
        (AtLeast("debt", -7), true, false),
        (AtLeast("debt", 0), false, false),
        (AtLeast("stock", i64::MIN), true, false),
        (AtLeast("status", 0), false, false),
        (AtLeast("nothing", 0), false, false),
        (Below("stock", 6), true, false),
        (Below("stock", 5), false, false),
        (Below("debt", -6), true, false),
        (Below("stock", i64::MAX), true, false),
        (Below("status", i64::MAX), false, false),
        (Below("nothing", i64::MAX), false, false),
        (AnyOf(vec![NotExists, is("status", json!("open"))]), true, true),
        (AnyOf(vec![VersionIs(9), is("status", json!("paid"))]), false, false),
        (AnyOf(vec![VersionIs(9), VersionIs(8), VersionIs(3)]), true, false),
        (AllOf(vec![VersionIs(3), is("status", json!("open"))]), true, false),
        (AllOf(vec![VersionIs(3), is("status", json!("paid"))]), false, false),
        (AllOf(vec![NotExists, Missing("version")]), false, true),
    ]
}

/// The name of a variant. A new one must get its cases above: the match is exhaustive and the check counts.
fn variant(condition: &Condition) -> &'static str {
    match condition {
        NotExists => "NotExists",
        Exists => "Exists",
        Equals(..) => "Equals",
        Missing(_) => "Missing",
        Has(_) => "Has",
        Lacks(_) => "Lacks",
        VersionIs(_) => "VersionIs",
        AtLeast(..) => "AtLeast",
        Below(..) => "Below",
        AnyOf(_) => "AnyOf",
        AllOf(_) => "AllOf",
    }
}

const VARIANTS: usize = 11;

pub(super) async fn every_condition_both_ways(table: &dyn Table) {
    let mut seen = BTreeSet::new();
    for (condition, on_row, on_none) in cases() {
        seen.insert((variant(&condition), on_row));
        seen.insert((variant(&condition), on_none));
        holds(table, &condition, Some(row()), on_row).await;
        holds(table, &condition, None, on_none).await;
    }
    assert_eq!(seen.len(), 2 * VARIANTS, "each variant once holding and once not: {seen:?}");
}

/// Asks for a condition in every kind of write.
async fn holds(table: &dyn Table, condition: &Condition, row: Option<Value>, expected: bool) {
    let ground = Ground::new(table);
    let before = row.clone().map(object);
    let place = |how: &str| format!("{how} when {condition:?} with {before:?}");
    let reset = async || match row.clone() {
        Some(row) => ground.put("row", row).await,
        None => drop(ground.wrote(Write::delete(ground.key("row"))).await),
    };
    reset().await;
    let mut asked = Transaction::new();
    asked.add(Write::check(ground.key("row")).when(condition.clone()));
    match (table.transact(asked).await, expected) {
        (Ok(()), true) | (Err(TransactError::Cancelled(_)), false) => {}
        (outcome, _) => panic!("{}: {outcome:?}", place("check")),
    }
    let writes = [
        ("put", raw::put(ground.key("row"), object(json!({ "stock": 1 })))),
        ("update", raw::update(ground.key("row")).set("stock", 1)),
        ("delete", Write::delete(ground.key("row"))),
    ];
    for (how, write) in writes {
        reset().await;
        let outcome = table.write(write.when(condition.clone())).await;
        assert_eq!(outcome.is_ok(), expected, "{}: {outcome:?}", place(how));
        let unchanged = ground.row("row").await == before;
        // Deleting what is not there changes nothing.
        assert_eq!(unchanged, !expected || (how == "delete" && before.is_none()), "{}", place(how));
    }
}

pub(super) async fn several_conditions_must_all_hold(table: &dyn Table) {
    let ground = Ground::new(table);
    ground.put("row", row()).await;
    let touch = || raw::update(ground.key("row")).set("touched", true);
    ground.wrote(touch().when(Exists).when(VersionIs(3)).when(AtLeast("stock", 5))).await;
    ground.failed(touch().when(Exists).when(VersionIs(4))).await;
    ground.failed(touch().when(VersionIs(4)).when(Exists)).await;
    // Alternatives stay together whatever stands beside them.
    let either = AnyOf(vec![VersionIs(3), VersionIs(4)]);
    ground.failed(touch().when(either.clone()).when(Below("stock", 0))).await;
    ground.failed(touch().when(Below("stock", 0)).when(either)).await;
}

pub(super) async fn groups_of_groups_are_taken(table: &dyn Table) {
    let ground = Ground::new(table);
    ground.put("row", row()).await;
    let both = || AllOf(vec![VersionIs(3), Equals("status", json!("open"))]);
    let either = || AnyOf(vec![VersionIs(9), Equals("status", json!("open"))]);
    // DynamoDB refuses doubled parentheses: a group that holds nothing but a group must not lead to them.
    let taken = [
        AnyOf(vec![VersionIs(3)]),
        AllOf(vec![VersionIs(3)]),
        AnyOf(vec![both()]),
        AllOf(vec![either()]),
        AnyOf(vec![AnyOf(vec![AnyOf(vec![either()])])]),
        AllOf(vec![both(), either()]),
        AnyOf(vec![NotExists, both()]),
        AnyOf(vec![AllOf(vec![VersionIs(9), Exists]), AllOf(vec![either(), both()])]),
    ];
    for condition in taken {
        let alone = raw::update(ground.key("row")).set("touched", true).when(condition.clone());
        ground.wrote(alone.clone()).await;
        ground.wrote(alone.clone().when(Exists)).await;
        ground.transacted([alone.when(condition)]).await;
    }
}

pub(super) async fn a_group_of_nothing_is_refused(table: &dyn Table) {
    let ground = Ground::new(table);
    for nothing in [AnyOf(Vec::new()), AllOf(Vec::new())] {
        ground.refused(raw::put(ground.key("row"), object(row())).when(nothing)).await;
    }
    assert_eq!(ground.row("row").await, None);
}

pub(super) async fn a_failed_condition_shows_the_row(table: &dyn Table) {
    let ground = Ground::new(table);
    ground.put("row", row()).await;
    let is = Some(object(row()));
    let put = raw::put(ground.key("row"), object(json!({ "status": "new" })));
    assert_eq!(ground.failed(put.when(NotExists)).await, is);
    assert_eq!(ground.failed(raw::update(ground.key("row")).add("stock", 1).when(VersionIs(1))).await, is);
    assert_eq!(ground.failed(Write::delete(ground.key("row")).when(Missing("status"))).await, is);
    assert_eq!(ground.row("row").await, is);
    assert_eq!(ground.failed(Write::delete(ground.key("none")).when(Exists)).await, None);
    assert_eq!(ground.failed(raw::update(ground.key("none")).add("n", 1).when(VersionIs(1))).await, None);
}
