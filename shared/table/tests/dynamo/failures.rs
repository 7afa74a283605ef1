//! What becomes of a store that fails: what is tried again, what is `Unavailable`, what is a fault of ours.

use kernel::{Fault, FaultKind};
use serde_json::{Value, json};
use table::{
    Condition, Item, Key, Query, Table, TableError, TenantScope, TransactError, Transaction, Write, WriteError,
};
use testkit::raw;

use crate::scripted::{Answer, Scripted, cancelled, error, table_at};

fn key(name: &str) -> Key {
    TenantScope::new("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()).key("ROWS", name)
}

fn update() -> Write {
    raw::update(key("a")).add("n", 1).when(Condition::VersionIs(1))
}

fn transaction() -> Transaction {
    let mut transaction = Transaction::new();
    transaction.add(update());
    transaction.add(Write::delete(key("b")));
    transaction
}

fn object(value: Value) -> Item {
    serde_json::from_value(value).unwrap()
}

/// What all five calls say on a store that always answers the same.
async fn all_calls(answer: Answer) -> (Vec<TableError>, usize) {
    let store = Scripted::start([answer]).await;
    let table = &store.table;
    let partition = TenantScope::new(kernel::TenantId::PLATFORM).partition("ROWS");
    let errors = vec![
        table.get(&key("a")).await.unwrap_err(),
        table.batch_get(&[key("a")]).await.unwrap_err(),
        table.query(Query::partition(partition)).await.unwrap_err(),
        match table.write(update()).await.unwrap_err() {
            WriteError::Table(error) => error,
            WriteError::ConditionFailed { .. } => panic!("no condition failed"),
        },
        match table.transact(transaction()).await.unwrap_err() {
            TransactError::Table(error) => error,
            TransactError::Cancelled(_) => panic!("no condition failed"),
        },
    ];
    (errors, store.requests())
}

#[tokio::test]
async fn a_store_that_stays_busy_or_broken_is_unavailable() {
    let busy = [
        error(400, "ThrottlingException"),
        error(400, "ProvisionedThroughputExceededException"),
        error(400, "RequestLimitExceeded"),
        error(500, "InternalServerError"),
        error(503, "ServiceUnavailable"),
        (502, Value::Null),
    ];
    for answer in busy {
        let (errors, requests) = all_calls(answer.clone()).await;
        assert!(errors.iter().all(|error| error.kind() == FaultKind::Unavailable), "{answer:?}: {errors:?}");
        assert_eq!(requests, 5 * 3, "{answer:?}: each call is tried three times by the SDK");
    }
}

#[tokio::test]
async fn a_request_that_is_wrong_is_refused_at_once() {
    for code in ["ValidationException", "ResourceNotFoundException", "AccessDeniedException"] {
        let (errors, requests) = all_calls(error(400, code)).await;
        assert!(errors.iter().all(|error| matches!(error, TableError::Refused(text) if text.starts_with(code))));
        assert!(errors.iter().all(|error| error.kind() == FaultKind::Internal));
        assert_eq!(requests, 5, "{code} is not tried again");
    }
}

#[tokio::test]
async fn one_bad_moment_passes_unseen() {
    let store = Scripted::start([
        error(400, "ThrottlingException"),
        error(500, "InternalServerError"),
        (200, json!({ "Item": { "PK": { "S": "p" }, "SK": { "S": "s" }, "n": { "N": "7" } } })),
    ])
    .await;
    let row = store.table.get(&key("a")).await.unwrap();
    assert_eq!(row, Some(object(json!({ "PK": "p", "SK": "s", "n": 7 }))));
    assert_eq!(store.requests(), 3);
}

#[tokio::test]
async fn a_failed_condition_is_told_with_its_row() {
    let (status, mut body) = error(400, "ConditionalCheckFailedException");
    let store = Scripted::start([(status, body.clone())]).await;
    let current = |outcome| match outcome {
        Err(WriteError::ConditionFailed { current }) => current,
        other => panic!("{other:?}"),
    };
    assert_eq!(current(store.table.write(update()).await), None);
    assert_eq!(store.requests(), 1, "a failed condition is not tried again");
    body["Item"] = json!({});
    let store = Scripted::start([(status, body.clone())]).await;
    assert_eq!(current(store.table.write(update()).await), None, "an empty row is none");
    body["Item"] = json!({ "version": { "N": "2" }, "tags": { "L": [{ "S": "a" }] } });
    let store = Scripted::start([(status, body)]).await;
    let row = Some(object(json!({ "version": 2, "tags": ["a"] })));
    for write in [update(), raw::put(key("a"), Item::new()), Write::delete(key("a"))] {
        assert_eq!(current(store.table.write(write).await), row);
    }
    assert_eq!(store.asked()[0].1["ReturnValuesOnConditionCheckFailure"], "ALL_OLD");
}

#[tokio::test]
async fn a_transaction_that_collides_goes_again() {
    let collision = cancelled(json!([{ "Code": "TransactionConflict" }, { "Code": "None" }]));
    let throttled = cancelled(json!([{ "Code": "None" }, { "Code": "ThrottlingError" }]));
    let in_progress = error(400, "TransactionInProgressException");
    let store = Scripted::start([collision, throttled, in_progress, (200, json!({}))]).await;
    store.table.transact(transaction()).await.unwrap();
    let asked = store.asked();
    assert_eq!(asked.len(), 4);
    let items: Vec<&Value> = asked.iter().map(|(_, body)| &body["TransactItems"]).collect();
    assert!(items.windows(2).all(|pair| pair[0] == pair[1]), "the same writes each time");
    assert_eq!(store.table.meter().total().round_trips, 3, "what the SDK repeats by itself is not seen by the meter");
}

#[tokio::test]
async fn a_transaction_that_always_collides_is_unavailable() {
    let store = Scripted::start([cancelled(json!([{ "Code": "TransactionConflict" }, { "Code": "None" }]))]).await;
    let outcome = store.table.transact(transaction()).await;
    assert!(matches!(outcome, Err(TransactError::Table(TableError::Unavailable(_)))), "{outcome:?}");
    assert_eq!(store.requests(), 6);
}

#[tokio::test]
async fn a_failed_condition_counts_more_than_a_collision() {
    let row = json!({ "version": { "N": "2" } });
    let store = Scripted::start([cancelled(json!([
        { "Code": "ConditionalCheckFailed", "Item": row, "Message": "The conditional request failed" },
        { "Code": "TransactionConflict" },
    ]))])
    .await;
    let mut transaction = Transaction::new();
    let slots = [transaction.add(update()), transaction.add(Write::delete(key("b")))];
    match store.table.transact(transaction).await {
        Err(TransactError::Cancelled(told)) => {
            assert_eq!(told.failed(slots[0]).unwrap().current, Some(object(json!({ "version": 2 }))));
            assert_eq!(told.failed(slots[1]), None);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(store.requests(), 1);
}

#[tokio::test]
async fn a_cancellation_for_a_fault_of_ours_is_refused() {
    for code in ["ValidationError", "ItemCollectionSizeLimitExceeded"] {
        let store = Scripted::start([cancelled(json!([{ "Code": code }, { "Code": "None" }]))]).await;
        let outcome = store.table.transact(transaction()).await;
        assert!(matches!(outcome, Err(TransactError::Table(TableError::Refused(_)))), "{code}: {outcome:?}");
        assert_eq!(store.requests(), 1);
    }
}

#[tokio::test]
async fn two_writes_of_one_row_are_refused_by_its_name_before_anything_is_sent() {
    let store = Scripted::start([(200, json!({}))]).await;
    let mut twice = transaction();
    twice.add(raw::update(key("a")).set("is", "new"));
    let outcome = store.table.transact(twice).await;
    let Err(TransactError::Table(TableError::Refused(reason))) = outcome else { panic!("{outcome:?}") };
    assert!(reason.contains(key("a").pk()) && reason.contains("/ a "), "{reason}");
    assert_eq!(store.requests(), 0);
}

#[tokio::test]
async fn a_write_that_meets_a_transaction_goes_again() {
    let collision = error(400, "TransactionConflictException");
    let done = (200, json!({ "Attributes": { "n": { "N": "1" } } }));
    let store = Scripted::start([collision.clone(), collision.clone(), done]).await;
    assert_eq!(store.table.write(update()).await.unwrap(), Some(object(json!({ "n": 1 }))));
    assert_eq!((store.requests(), store.table.meter().total().round_trips), (3, 3));
    let store = Scripted::start([collision]).await;
    let outcome = store.table.write(Write::delete(key("a"))).await;
    assert!(matches!(outcome, Err(WriteError::Table(TableError::Unavailable(_)))), "{outcome:?}");
    assert_eq!(store.requests(), 6);
}

#[tokio::test]
async fn keys_that_come_back_unread_are_asked_for_again() {
    let row = |name: &str| json!({ "PK": { "S": key(name).pk() }, "SK": { "S": name }, "is": { "S": name } });
    let left = |names: &[&str]| {
        let keys: Vec<Value> =
            names.iter().map(|name| json!({ "PK": { "S": key(name).pk() }, "SK": { "S": name } })).collect();
        json!({ "scripted": { "Keys": keys, "ConsistentRead": true } })
    };
    let store = Scripted::start([
        (200, json!({ "Responses": { "scripted": [row("c")] }, "UnprocessedKeys": left(&["a", "b"]) })),
        (200, json!({ "Responses": { "scripted": [] }, "UnprocessedKeys": left(&["a", "b"]) })),
        (200, json!({ "Responses": { "scripted": [row("b"), row("a")] }, "UnprocessedKeys": {} })),
    ])
    .await;
    let rows = store.table.batch_get(&[key("a"), key("b"), key("c")]).await.unwrap();
    let names: Vec<Value> = rows.into_iter().map(|row| row.unwrap()["is"].clone()).collect();
    assert_eq!((names, store.requests()), (vec![json!("a"), json!("b"), json!("c")], 3));

    let never = (200, json!({ "Responses": { "scripted": [] }, "UnprocessedKeys": left(&["a"]) }));
    let store = Scripted::start([never]).await;
    let outcome = store.table.batch_get(&[key("a")]).await;
    assert!(matches!(outcome, Err(TableError::Unavailable(_))), "{outcome:?}");
    assert_eq!(store.requests(), 6, "a store that never reads them is not asked for ever");
}

#[tokio::test]
async fn a_key_that_is_named_twice_is_asked_for_once() {
    // DynamoDB refuses the batch otherwise; the embedded store does not.
    let store = Scripted::start([(200, json!({ "Responses": { "scripted": [] }, "UnprocessedKeys": {} }))]).await;
    let rows = store.table.batch_get(&[key("b"), key("a"), key("b")]).await.unwrap();
    assert_eq!(rows, [None, None, None]);
    let keys = ["a", "b"].map(|name| json!({ "PK": { "S": key(name).pk() }, "SK": { "S": name } }));
    assert_eq!(store.asked()[0].1["RequestItems"]["scripted"]["Keys"], json!(keys));
}

#[tokio::test]
async fn a_store_that_is_not_there_is_unavailable_soon() {
    // A port that nobody listens on: taken, and given back.
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let table = table_at(format!("http://127.0.0.1:{port}"));
    let second = std::time::Duration::from_secs(1);
    let outcome = tokio::time::timeout(second, table.get(&key("a"))).await.expect("an answer within a second");
    assert!(matches!(outcome, Err(TableError::Unavailable(_))), "{outcome:?}");
    let outcome = tokio::time::timeout(second, table.transact(transaction())).await.expect("within a second");
    assert!(matches!(outcome, Err(TransactError::Table(TableError::Unavailable(_)))), "{outcome:?}");
}

#[tokio::test]
async fn an_answer_that_is_no_answer_is_unavailable() {
    let (errors, _) = all_calls((200, json!("not an object"))).await;
    assert!(errors.iter().all(|error| error.kind() == FaultKind::Unavailable), "{errors:?}");
}
