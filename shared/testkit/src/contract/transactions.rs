//! Transactions: all or nothing, and which write said no.

use serde_json::{Value, json};
use table::{Condition, MAX_WRITES, Table, TableError, TransactError, Transaction, Write};

use super::{Ground, object};
use crate::raw;

pub(super) async fn all_or_nothing(table: &dyn Table) {
    let ground = Ground::new(table);
    for name in ["changed", "deleted", "checked"] {
        ground.put(name, json!({ "n": 1, "version": 1 })).await;
    }
    let mut writes = vec![
        raw::put(ground.key("new"), object(json!({ "n": 1 }))).when(Condition::NotExists),
        raw::update(ground.key("changed")).add("n", 1).when(Condition::VersionIs(1)),
        Write::delete(ground.key("deleted")).when(Condition::Exists),
        Write::check(ground.key("checked")).when(Condition::VersionIs(2)),
    ];
    let refused = ground.transact(writes.clone()).await;
    assert!(matches!(refused, Err(TransactError::Cancelled(_))), "{refused:?}");
    let before = Some(object(json!({ "n": 1, "version": 1 })));
    assert_eq!(ground.row("new").await, None);
    assert_eq!((ground.row("changed").await, ground.row("deleted").await), (before.clone(), before.clone()));
    writes.pop();
    writes.push(Write::check(ground.key("checked")).when(Condition::VersionIs(1)));
    ground.transacted(writes).await;
    assert_eq!(ground.row("new").await, Some(object(json!({ "n": 1 }))));
    assert_eq!(ground.row("changed").await, Some(object(json!({ "n": 2, "version": 1 }))));
    assert_eq!((ground.row("deleted").await, ground.row("checked").await), (None, before));
    // A write that the store refuses takes the others with it as well.
    let text = raw::update(ground.key("text")).set("a", "x");
    ground.wrote(text).await;
    let new = raw::put(ground.key("newer"), object(json!({ "n": 1 })));
    let refused = ground.transact([new, raw::update(ground.key("text")).add("a", 1)]).await;
    assert!(matches!(refused, Err(TransactError::Table(TableError::Refused(_)))), "{refused:?}");
    assert_eq!(ground.row("newer").await, None);
}

pub(super) async fn every_failure_is_told_by_its_place(table: &dyn Table) {
    let ground = Ground::new(table);
    let is = |name: &str| json!({ "is": name, "version": 7 });
    for name in ["put", "update", "delete", "check"] {
        ground.put(name, is(name)).await;
    }
    let all = |put: Condition, update: Condition, delete: Condition, check: Condition, absent: Condition| {
        let mut transaction = Transaction::new();
        let slots = [
            transaction.add(raw::put(ground.key("put"), object(json!({ "is": "new" }))).when(put)),
            transaction.add(raw::update(ground.key("update")).set("is", "new").when(update)),
            transaction.add(Write::delete(ground.key("delete")).when(delete)),
            transaction.add(Write::check(ground.key("check")).when(check)),
            transaction.add(raw::update(ground.key("absent")).set("is", "new").when(absent)),
            transaction.add(raw::put(ground.key("free"), object(json!({ "is": "new" })))),
        ];
        (transaction, slots)
    };
    let (yes, no) = (Condition::VersionIs(7), Condition::VersionIs(6));
    let seven = |name| Some(Some(object(is(name))));
    let (transaction, slots) = all(no.clone(), no.clone(), no.clone(), no.clone(), no.clone());
    let told = ground.cancelled(transaction, &slots).await;
    assert_eq!(told, [seven("put"), seven("update"), seven("delete"), seven("check"), Some(None), None]);
    let (transaction, slots) = all(yes.clone(), yes.clone(), no.clone(), yes.clone(), Condition::NotExists);
    assert_eq!(ground.cancelled(transaction, &slots).await, [None, None, seven("delete"), None, None, None]);
    let (transaction, slots) = all(yes.clone(), no, yes.clone(), yes.clone(), Condition::Exists);
    assert_eq!(ground.cancelled(transaction, &slots).await, [None, seven("update"), None, None, Some(None), None]);
    assert_eq!(ground.row("free").await, None);
    let (transaction, _) = all(yes.clone(), yes.clone(), yes.clone(), yes, Condition::NotExists);
    table.transact(transaction).await.unwrap_or_else(|error| panic!("transact: {error}"));
    assert_eq!(ground.row("absent").await, Some(object(json!({ "is": "new" }))));
}

pub(super) async fn a_hundred_writes_and_no_more(table: &dyn Table) {
    let ground = Ground::new(table);
    let puts = |count: usize, row: Value| {
        let ground = &ground;
        (0..count).map(move |number| raw::put(ground.key(number), object(row.clone())))
    };
    ground.transacted(puts(MAX_WRITES, json!({ "by": "hundred" }))).await;
    let refused = ground.transact(puts(MAX_WRITES + 1, json!({ "by": "hundred and one" }))).await;
    assert!(matches!(refused, Err(TransactError::Table(TableError::Refused(_)))), "{refused:?}");
    assert_eq!(ground.row("0").await, Some(object(json!({ "by": "hundred" }))));
    assert_eq!(ground.row("99").await, Some(object(json!({ "by": "hundred" }))));
    assert_eq!(ground.row("100").await, None);
    // The last of a hundred is as good at failing as the first.
    let mut transaction = Transaction::new();
    for write in puts(MAX_WRITES - 1, json!({ "by": "another" })) {
        transaction.add(write);
    }
    let last = transaction.add(Write::check(ground.key("99")).when(Condition::NotExists));
    assert_eq!(ground.cancelled(transaction, &[last]).await, [Some(Some(object(json!({ "by": "hundred" }))))]);
    assert_eq!(ground.row("0").await, Some(object(json!({ "by": "hundred" }))));
}

pub(super) async fn a_row_can_be_written_once(table: &dyn Table) {
    let ground = Ground::new(table);
    let twice = [
        raw::put(ground.key("row"), object(json!({ "n": 1 }))),
        Write::check(ground.key("row")).when(Condition::NotExists),
    ];
    let refused = ground.transact(twice).await;
    assert!(matches!(refused, Err(TransactError::Table(TableError::Refused(_)))), "{refused:?}");
    assert_eq!(ground.row("row").await, None);
    // Whatever the two would do, and whatever stands between them.
    let far_apart = [
        raw::update(ground.key("row")).add("n", 1),
        raw::put(ground.key("other"), object(json!({ "n": 1 }))),
        raw::update(ground.key("row")).add("n", 1),
    ];
    let refused = ground.transact(far_apart).await;
    assert!(matches!(refused, Err(TransactError::Table(TableError::Refused(_)))), "{refused:?}");
    assert_eq!((ground.row("row").await, ground.row("other").await), (None, None));
}

pub(super) async fn no_writes_are_done_at_once(table: &dyn Table) {
    let done = table.transact(Transaction::new()).await;
    assert!(done.is_ok(), "{done:?}");
}
