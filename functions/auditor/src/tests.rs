//! Over the real table: deliveries as the stream makes them, and what the check of a day finds afterwards.

use futures::future::join_all;
use identity::{
    AuditTrail,
    audit::{
        Action, Actor, AuditEntry, AuditOutcome,
        chain::{Head, Verdict},
        day_of,
    },
};
use kernel::{AuditId, RequestId, TenantId};
use serde_json::{Value, json};
use table::{Condition, Query, TenantScope, Write};
use testkit::{Fault, Stack};

use super::*;

const DAY: &str = "2026-11-21";

fn scope(number: u128) -> TenantScope {
    TenantScope::new(TenantId::new(ulid(number)))
}

fn ulid(number: u128) -> ulid::Ulid {
    ulid::Ulid(number)
}

/// Writes entries, and answers the stream records of it.
async fn written(stack: &Stack, scope: TenantScope, count: u32) -> Vec<Value> {
    let ctx = stack.ctx();
    let mut records = Vec::new();
    for _ in 0..count {
        let entry = AuditEntry {
            id: AuditId::new(ctx.new_ulid()),
            at: ctx.now(),
            actor: Actor::Anonymous,
            impersonator: None,
            action: Action::new("login.failed"),
            outcome: AuditOutcome::Denied,
            target: None,
            details: [("reason".to_owned(), "password".to_owned())].into(),
            ip: Some("203.0.113.9".to_owned()),
            request_id: RequestId::new(ctx.new_ulid()),
            given_request_id: None,
            link: None,
        };
        table::write_alone(ctx.table(), |tx| entry.insert(tx, scope)).await.unwrap();
        records.push(record(scope, &entry));
    }
    records
}

fn record(scope: TenantScope, entry: &AuditEntry) -> Value {
    let image = json!({
        "PK": { "S": format!("T#{scope}#AUDIT#{}", day_of(entry.at)) },
        "SK": { "S": format!("AUD#{}", entry.id) },
        "GSI1PK": { "S": format!("T#{scope}#AUDIT") },
        "GSI1SK": { "S": entry.id },
        "id": { "S": entry.id },
        "at": { "S": entry.at },
        "actor": { "M": { "type": { "S": "anonymous" } } },
        "action": { "S": "login.failed" },
        "outcome": { "S": "denied" },
        "details": { "M": { "reason": { "S": "password" } } },
        "ip": { "S": "203.0.113.9" },
        "requestId": { "S": entry.request_id },
        "ttl": { "N": "1" },
    });
    let change = json!({ "SequenceNumber": entry.id, "NewImage": image, "Keys": {}, "SizeBytes": 1,
        "StreamViewType": "NEW_AND_OLD_IMAGES", "ApproximateCreationDateTime": 0 });
    json!({ "eventID": "1", "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
        "awsRegion": "x", "eventSourceARN": "arn", "dynamodb": change })
}

async fn wake(ctx: &Ctx, records: &[Value]) -> Result<Value, EventError> {
    let Function::Event(handle) = function(ctx.clone()) else { unreachable!("woken by a stream") };
    handle(json!({ "Records": records })).await
}

fn all_done() -> Value {
    json!({ "batchItemFailures": [] })
}

async fn verdict(stack: &Stack, scope: TenantScope, day: &str) -> Verdict {
    let (head, inspection) = AuditTrail::new(stack.ctx().table(), scope).inspect(day).await.unwrap();
    inspection.verdict(&Head::start(scope.tenant(), day), head.as_ref())
}

/// The numbers of a day's entries, oldest entry first.
async fn numbers(stack: &Stack, scope: TenantScope) -> Vec<u64> {
    let query = Query::partition(scope.partition(format_args!("AUDIT#{DAY}")));
    let rows = stack.ctx().table().query(query).await.unwrap().items;
    rows.iter().filter_map(|row| row["link"]["number"].as_u64()).collect()
}

fn whole(entries: u64) -> Verdict {
    Verdict { entries, waiting: 0, first_broken: None }
}

#[tokio::test]
async fn entries_get_their_places_in_the_streams_order_whatever_comes_again() {
    let stack = Stack::start().await;
    let records = written(&stack, scope(1), 5).await;
    assert_eq!(verdict(&stack, scope(1), DAY).await, Verdict { waiting: 5, ..whole(5) });
    assert_eq!(wake(stack.ctx(), &records[..3]).await.unwrap(), all_done());
    assert_eq!(verdict(&stack, scope(1), DAY).await, Verdict { waiting: 2, ..whole(5) });
    for batch in [&records[1..], &records[..], &records[2..3]] {
        assert_eq!(wake(stack.ctx(), batch).await.unwrap(), all_done());
    }
    assert_eq!(numbers(&stack, scope(1)).await, [1, 2, 3, 4, 5]);
    assert_eq!(verdict(&stack, scope(1), DAY).await, whole(5));
}

#[tokio::test]
async fn each_tenant_and_day_has_its_own_chain() {
    let stack = Stack::start().await;
    let mut batch = Vec::new();
    for _ in 0..3 {
        batch.extend(written(&stack, scope(1), 1).await);
        batch.extend(written(&stack, scope(2), 2).await);
    }
    stack.set_clock("2026-11-22T00:00:00Z");
    batch.extend(written(&stack, scope(1), 2).await);
    assert_eq!(wake(stack.ctx(), &batch).await.unwrap(), all_done());
    assert_eq!(verdict(&stack, scope(1), DAY).await, whole(3));
    assert_eq!(verdict(&stack, scope(2), DAY).await, whole(6));
    assert_eq!(verdict(&stack, scope(1), "2026-11-22").await, whole(2));
    assert_eq!(verdict(&stack, scope(2), "2026-11-22").await, whole(0));
}

#[tokio::test]
async fn a_full_batch_of_one_day_takes_two_transactions() {
    let stack = Stack::start().await;
    let records = written(&stack, scope(1), 100).await;
    let before = stack.ctx().ports().meter.total();
    assert_eq!(wake(stack.ctx(), &records).await.unwrap(), all_done());
    assert_eq!(stack.ctx().ports().meter.total().since(before).round_trips, 4);
    assert_eq!(numbers(&stack, scope(1)).await, (1..=100).collect::<Vec<_>>());
    assert_eq!(verdict(&stack, scope(1), DAY).await, whole(100));
}

#[tokio::test]
async fn runs_at_once_agree() {
    let stack = Stack::start().await;
    let records = written(&stack, scope(1), 9).await;
    let batches = [&records[..], &records[..], &records[4..]];
    join_all(batches.map(|batch| wake(stack.ctx(), batch))).await;
    // Whoever lost is delivered again.
    for batch in batches {
        assert_eq!(wake(stack.ctx(), batch).await.unwrap(), all_done());
    }
    assert_eq!(verdict(&stack, scope(1), DAY).await, whole(9));
}

#[tokio::test]
async fn what_could_not_be_written_comes_again_from_there() {
    for call in 0..4 {
        for fault in [Fault::Before(call), Fault::After(call)] {
            let stack = Stack::start().await;
            let mut batch = written(&stack, scope(1), 2).await;
            batch.extend(written(&stack, scope(2), 2).await);
            let (ctx, _) = stack.breaking(Some(fault));
            match wake(&ctx, &batch).await {
                Err(_) => {}
                Ok(answer) => {
                    let expected =
                        json!({ "batchItemFailures": [{ "itemIdentifier": batch[2]["dynamodb"]["SequenceNumber"] }] });
                    assert_eq!(answer, expected, "{fault:?}");
                }
            }
            assert_eq!(wake(&ctx, &batch).await.unwrap(), all_done(), "{fault:?}");
            for tenant in [1, 2] {
                assert_eq!(verdict(&stack, scope(tenant), DAY).await, whole(2), "{fault:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_stands_before_a_row_that_is_no_entry_is_chained() {
    let stack = Stack::start().await;
    let mut records = written(&stack, scope(1), 3).await;
    records[2]["dynamodb"]["NewImage"]["action"] = json!({ "N": "1" });
    let answer = wake(stack.ctx(), &records).await.unwrap();
    let stopped = records[2]["dynamodb"]["SequenceNumber"].clone();
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": stopped }] }));
}

#[tokio::test]
async fn a_row_that_is_no_entry_fails_the_batch() {
    let stack = Stack::start().await;
    let mut records = written(&stack, scope(1), 1).await;
    records[0]["dynamodb"]["NewImage"]["action"] = json!({ "N": "1" });
    assert!(wake(stack.ctx(), &records).await.is_err());
    records[0]["dynamodb"]["NewImage"] = json!({ "PK": { "S": "x" } });
    assert!(wake(stack.ctx(), &records).await.is_err());
}

#[tokio::test]
async fn tampering_in_the_table_is_found() {
    type Tamper = fn(table::Key, table::Key) -> Vec<Write>;
    let cases: [(&str, Option<u64>, Tamper); 5] = [
        ("nothing", None, |_, _| Vec::new()),
        ("a changed entry", Some(2), |second, _| vec![Write::update::<AuditEntry>(second).set("outcome", "done")]),
        ("one taken from the middle", Some(2), |second, _| vec![Write::delete(second)]),
        ("the newest taken away", Some(4), |_, newest| vec![Write::delete(newest)]),
        ("a detail removed", Some(4), |_, newest| vec![Write::update::<AuditEntry>(newest).remove("details")]),
    ];
    for (case, expected, tamper) in cases {
        let stack = Stack::start().await;
        let records = written(&stack, scope(1), 4).await;
        wake(stack.ctx(), &records).await.unwrap();
        let key = |place: usize| {
            let id = records[place]["dynamodb"]["SequenceNumber"].as_str().unwrap();
            scope(1).key(format_args!("AUDIT#{DAY}"), format_args!("AUD#{id}"))
        };
        for write in tamper(key(1), key(3)) {
            stack.ctx().table().write(write.when(Condition::Exists)).await.unwrap();
        }
        assert_eq!(verdict(&stack, scope(1), DAY).await.first_broken, expected, "{case}");
    }
}

#[tokio::test]
async fn an_entry_changed_before_it_was_chained_is_found_and_one_taken_away_stops_nobody() {
    let stack = Stack::start().await;
    let records = written(&stack, scope(1), 3).await;
    let key = |place: usize| {
        let id = records[place]["dynamodb"]["SequenceNumber"].as_str().unwrap();
        scope(1).key(format_args!("AUDIT#{DAY}"), format_args!("AUD#{id}"))
    };
    stack.ctx().table().write(Write::update::<AuditEntry>(key(1)).set("outcome", "done")).await.unwrap();
    stack.ctx().table().write(Write::delete(key(0))).await.unwrap();
    assert_eq!(wake(stack.ctx(), &records).await.unwrap(), all_done());
    assert_eq!(verdict(&stack, scope(1), DAY).await, Verdict { entries: 2, waiting: 0, first_broken: Some(1) });
}
