use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::Router;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cloud::{EventHandler, Function};
use serde_json::{Value, json};

use crate::{Control, Functions, LocalCloud, Options, template::tests::fixture};

/// What a toy function saw, batch by batch.
type Seen = Arc<Mutex<Vec<Value>>>;

fn toy(seen: &Seen, answer: impl Fn(&Value) -> Result<Value, String> + Send + Sync + 'static) -> Function {
    let seen = Arc::clone(seen);
    let handler: EventHandler = Arc::new(move |event| {
        seen.lock().unwrap().push(event.clone());
        let answer = answer(&event).map_err(Into::into);
        Box::pin(std::future::ready(answer))
    });
    Function::Event(handler)
}

fn records(event: &Value) -> &Vec<Value> {
    event["Records"].as_array().unwrap()
}

/// Fails the SQS messages whose body is `poison`.
#[expect(clippy::unnecessary_wraps, reason = "a toy's answer may fail")]
fn refuse_poison(event: &Value) -> Result<Value, String> {
    let failed: Vec<Value> = records(event)
        .iter()
        .filter(|record| record["body"] == "poison")
        .map(|record| json!({"itemIdentifier": record["messageId"]}))
        .collect();
    Ok(json!({"batchItemFailures": failed}))
}

pub(crate) async fn cloud(functions: Functions) -> (LocalCloud, Control) {
    let functions: BTreeMap<_, _> = functions;
    let build: crate::Build = Arc::new(move |_| {
        let functions = functions.clone();
        Box::pin(std::future::ready(Ok(functions)))
    });
    let cloud = LocalCloud::start_with(fixture(), Options::default(), build, None).await.unwrap();
    let control = cloud.control();
    (cloud, control)
}

async fn aws(control: &Control, target: &str, input: Value) -> Value {
    let client = reqwest::Client::new();
    let request = client.post(control.endpoints().aws).header("x-amz-target", target);
    let credential =
        "AWS4-HMAC-SHA256 Credential=local/20261121/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0";
    let request = request.header("authorization", credential).header("x-amz-date", "20261121T000000Z");
    let request = request.header("content-type", "application/x-amz-json-1.0").body(input.to_string());
    request.send().await.unwrap().json().await.unwrap()
}

async fn send(control: &Control, body: &str) {
    let url = &control.endpoints().queues["WorkQueue"];
    let sent = aws(control, "AmazonSQS.SendMessage", json!({"QueueUrl": url, "MessageBody": body})).await;
    assert!(sent["MessageId"].is_string(), "{sent}");
}

async fn put(control: &Control, sk: &str) {
    let item = json!({"PK": {"S": "T#1#"}, "SK": {"S": sk}});
    let put =
        aws(control, "DynamoDB_20120810.PutItem", json!({"TableName": control.endpoints().table, "Item": item})).await;
    assert_eq!(put, json!({}));
}

fn dead(control: &Control, queue: &str) -> usize {
    control.queues().iter().find(|state| state.name == queue).unwrap().visible
}

#[tokio::test]
async fn a_poison_message_alone_ends_in_the_dead_letter_queue() {
    let seen = Seen::default();
    let (_cloud, control) = cloud(Functions::from([("worker".to_owned(), toy(&seen, refuse_poison))])).await;
    for body in ["a", "poison", "b"] {
        send(&control, body).await;
    }
    control.drain().await.unwrap();
    assert_eq!(dead(&control, "WorkQueueDlq"), 1);
    let state = control.queues().into_iter().find(|state| state.name == "WorkQueue").unwrap();
    assert_eq!((state.visible, state.in_flight, state.dlq), (0, 0, Some(1)));
    let seen = seen.lock().unwrap();
    let of = |body: &str| seen.iter().flat_map(records).filter(|record| record["body"] == body).count();
    assert_eq!((of("a"), of("b"), of("poison")), (1, 1, 3));
    let last = seen.iter().flat_map(records).rfind(|record| record["body"] == "poison").unwrap();
    assert_eq!(last["attributes"]["ApproximateReceiveCount"], "3");
    assert_eq!(last["eventSource"], "aws:sqs");
    assert!(last["eventSourceARN"].as_str().unwrap().ends_with(":WorkQueue"));
}

#[tokio::test]
async fn an_invocation_that_fails_or_answers_nonsense_fails_its_whole_batch() {
    for nonsense in [
        Err("boom"),
        Ok(json!({"batchItemFailures": [{"itemIdentifier": ""}]})),
        Ok(json!({"batchItemFailures": [{"itemIdentifier": "no"}]})),
    ] {
        let seen = Seen::default();
        let answer = nonsense.clone();
        let worker = toy(&seen, move |_| answer.clone().map_err(str::to_owned));
        let (_cloud, control) = cloud(Functions::from([("worker".to_owned(), worker)])).await;
        send(&control, "a").await;
        control.drain().await.unwrap();
        assert_eq!(dead(&control, "WorkQueueDlq"), 1, "{nonsense:?}");
        assert_eq!(seen.lock().unwrap().len(), 3);
        assert_eq!(control.failed_invocations() > 0, nonsense.is_err());
    }
}

#[tokio::test]
async fn a_panic_is_one_failed_invocation() {
    let seen = Seen::default();
    let worker = toy(&seen, |event| {
        assert_ne!(records(event)[0]["body"], "panic", "as asked");
        Ok(json!({}))
    });
    let (_cloud, control) = cloud(Functions::from([("worker".to_owned(), worker)])).await;
    send(&control, "panic").await;
    control.drain().await.unwrap();
    send(&control, "fine").await;
    control.drain().await.unwrap();
    assert_eq!(dead(&control, "WorkQueueDlq"), 1);
    assert_eq!(control.failed_invocations(), 3);
}

#[tokio::test]
async fn only_records_that_pass_the_filter_reach_the_relay_once_and_in_order() {
    let seen = Seen::default();
    let relay = toy(&seen, |_| Ok(json!({"batchItemFailures": []})));
    let (_cloud, control) = cloud(Functions::from([("relay".to_owned(), relay)])).await;
    for sk in ["OUT#1", "USER#1", "OUT#2", "OUT#2"] {
        put(&control, sk).await;
    }
    control.drain().await.unwrap();
    control.drain().await.unwrap();
    let seen = seen.lock().unwrap();
    let keys: Vec<&Value> =
        seen.iter().flat_map(records).map(|record| &record["dynamodb"]["Keys"]["SK"]["S"]).collect();
    assert_eq!(keys, ["OUT#1", "OUT#2"]);
    let record = &records(&seen[0])[0];
    assert_eq!((&record["eventName"], &record["dynamodb"]["NewImage"]["PK"]["S"]), (&json!("INSERT"), &json!("T#1#")));
    assert!(record["eventSourceARN"].as_str().unwrap().contains("/stream/"));
    let parsed: aws_lambda_events::dynamodb::Event = serde_json::from_value(seen[0].clone()).unwrap();
    assert_eq!(parsed.records.len(), records(&seen[0]).len());
}

#[tokio::test]
async fn one_bad_record_is_cut_out_and_given_up_alone() {
    let seen = Seen::default();
    let relay = toy(&seen, |event| {
        let bad = |record: &Value| record["dynamodb"]["Keys"]["SK"]["S"] == "OUT#3";
        if records(event).iter().any(bad) { Err("bad record".to_owned()) } else { Ok(json!({})) }
    });
    let (_cloud, control) = cloud(Functions::from([("relay".to_owned(), relay)])).await;
    for number in 1..=6 {
        put(&control, &format!("OUT#{number}")).await;
    }
    control.drain().await.unwrap();
    assert_eq!(dead(&control, "StreamDlq"), 1);
    let received =
        aws(&control, "AmazonSQS.ReceiveMessage", json!({"QueueUrl": control.endpoints().queues["StreamDlq"]})).await;
    let notice: Value = serde_json::from_str(received["Messages"][0]["Body"].as_str().unwrap()).unwrap();
    assert_eq!(notice["DDBStreamBatchInfo"]["batchSize"], 1);
    assert_eq!(notice["requestContext"]["condition"], "RetryAttemptsExhausted");
    let seen = seen.lock().unwrap();
    let good = seen
        .iter()
        .filter(|event| !records(event).iter().any(|record| record["dynamodb"]["Keys"]["SK"]["S"] == "OUT#3"));
    let done: std::collections::BTreeSet<String> =
        good.flat_map(records).map(|record| record["dynamodb"]["Keys"]["SK"]["S"].to_string()).collect();
    assert_eq!(done.len(), 5);
}

#[tokio::test]
async fn a_partial_failure_repeats_from_the_record_that_failed() {
    let seen = Seen::default();
    let tries = Mutex::new(0);
    let relay = toy(&seen, move |event| {
        let bad = records(event).iter().find(|record| record["dynamodb"]["Keys"]["SK"]["S"] == "OUT#2");
        let mut tries = tries.lock().unwrap();
        match bad {
            Some(record) if *tries < 2 => {
                *tries += 1;
                Ok(json!({"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}))
            }
            _ => Ok(json!({})),
        }
    });
    let (_cloud, control) = cloud(Functions::from([("relay".to_owned(), relay)])).await;
    // One transaction, so that the background pump cannot see half of it.
    let puts: Vec<Value> = (1..=3)
        .map(|number| json!({"Put": {"TableName": "ruko-local", "Item": {"PK": {"S": "T#1#"}, "SK": {"S": format!("OUT#{number}")}}}}))
        .collect();
    aws(&control, "DynamoDB_20120810.TransactWriteItems", json!({"TransactItems": puts})).await;
    control.drain().await.unwrap();
    let seen = seen.lock().unwrap();
    let of =
        |sk: &str| seen.iter().flat_map(records).filter(|record| record["dynamodb"]["Keys"]["SK"]["S"] == sk).count();
    assert_eq!((of("OUT#1"), dead(&control, "StreamDlq")), (1, 0));
    assert!(of("OUT#2") >= 2 && of("OUT#3") >= 1);
}

#[tokio::test]
async fn schedules_fire_at_their_own_time_and_the_clock_ends_at_its_target() {
    let seen = Seen::default();
    let worker = toy(&seen, refuse_poison);
    let (_cloud, control) = cloud(Functions::from([("worker".to_owned(), worker)])).await;
    let start = control.clock().now();
    let target = start + jiff::SignedDuration::from_hours(3) + jiff::SignedDuration::from_mins(30);
    assert_eq!(control.advance_to(target).await.unwrap(), target);
    let now = control.clock().now();
    assert!(now >= target && now < target + jiff::SignedDuration::from_secs(10));
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    let bodies: Vec<Value> = seen
        .iter()
        .flat_map(records)
        .map(|record| serde_json::from_str(record["body"].as_str().unwrap()).unwrap())
        .collect();
    assert_eq!(bodies.len(), 3);
    let second: jiff::Timestamp = bodies[1]["at"].as_str().unwrap().parse().unwrap();
    assert!(second.duration_since(start).as_secs().abs_diff(7_200) <= 1);
    assert!(matches!(control.advance_to(start).await, Err(crate::MoveError::Backwards { .. })));
}

#[tokio::test]
async fn events_of_the_bus_reach_the_worker_and_processed_messages_can_come_again() {
    let seen = Seen::default();
    let (_cloud, control) = cloud(Functions::from([("worker".to_owned(), toy(&seen, refuse_poison))])).await;
    let entry = json!({"Source": "ruko", "DetailType": "invoice.paid", "Detail": "{\"id\":\"inv_1\"}", "EventBusName": "EventBus"});
    let put = aws(&control, "AWSEvents.PutEvents", json!({"Entries": [entry]})).await;
    assert_eq!(put["FailedEntryCount"], 0);
    control.drain().await.unwrap();
    assert_eq!(control.redeliver("WorkQueue"), Some(1));
    control.drain().await.unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 2);
    assert_eq!(records(&seen[0])[0]["body"], records(&seen[1])[0]["body"]);
    let parsed: aws_lambda_events::sqs::SqsEvent = serde_json::from_value(seen[0].clone()).unwrap();
    assert_eq!(parsed.records.len(), 1);
}

#[tokio::test]
async fn a_reset_leaves_a_fresh_cloud() {
    let api = Function::Http(Router::new().fallback(|| async { "ok" }));
    let rest = Function::Http(Router::new().fallback(|| async { "elsewhere" }));
    let (_cloud, control) = cloud(Functions::from([("api".to_owned(), api), ("rest".to_owned(), rest)])).await;
    put(&control, "OUT#1").await;
    send(&control, "waiting").await;
    control.advance_to(control.clock().now() + jiff::SignedDuration::from_hours(24 * 40)).await.unwrap();
    control.reset().await.unwrap();
    assert!(control.queues().iter().all(|state| state.visible + state.in_flight == 0));
    let scan = aws(&control, "DynamoDB_20120810.Scan", json!({"TableName": "ruko-local"})).await;
    assert_eq!(scan["Count"], 0, "{scan}");
    assert!(control.clock().now().duration_since(crate::TestClock::new(None).now()).as_secs().abs() < 10);
    let answer = reqwest::get(format!("{}/api/v1/things", control.base_url())).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap()), (200, "ok".to_owned()));
    let missing = reqwest::get(format!("{}/nowhere", control.base_url())).await.unwrap();
    assert_eq!((missing.status().as_u16(), missing.text().await.unwrap()), (200, "elsewhere".to_owned()));
}

/// How many records the table's stream has.
async fn kept_records(control: &Control) -> usize {
    let described = aws(control, "DynamoDB_20120810.DescribeTable", json!({"TableName": "ruko-local"})).await;
    let arn = &described["Table"]["LatestStreamArn"];
    let shard = dynoxide::streams::shard_id("ruko-local");
    let start = json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
    let iterator = aws(control, "DynamoDBStreams_20120810.GetShardIterator", start).await;
    let records =
        aws(control, "DynamoDBStreams_20120810.GetRecords", json!({"ShardIterator": iterator["ShardIterator"]})).await;
    records["Records"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_reset_does_not_replay_the_stream_of_before() {
    let seen = Seen::default();
    let relay = toy(&seen, |_| Ok(json!({})));
    let (_cloud, control) = cloud(Functions::from([("relay".to_owned(), relay)])).await;
    put(&control, "OUT#before").await;
    control.drain().await.unwrap();
    seen.lock().unwrap().clear();
    control.reset().await.unwrap();
    control.drain().await.unwrap();
    assert!(seen.lock().unwrap().is_empty());
    put(&control, "OUT#after").await;
    control.drain().await.unwrap();
    let seen = seen.lock().unwrap();
    let keys: Vec<&Value> =
        seen.iter().flat_map(records).map(|record| &record["dynamodb"]["Keys"]["SK"]["S"]).collect();
    assert_eq!(keys, ["OUT#after"]);
}

#[tokio::test]
async fn stream_records_that_every_reader_passed_a_day_ago_are_trimmed() {
    let seen = Seen::default();
    let relay = toy(&seen, |_| Ok(json!({})));
    let (_cloud, control) = cloud(Functions::from([("relay".to_owned(), relay)])).await;
    for number in 0..5 {
        put(&control, &format!("OUT#{number}")).await;
    }
    let start = control.clock().now();
    let after = |hours: i64| start + jiff::SignedDuration::from_hours(hours);
    control.advance_to(after(23)).await.unwrap();
    assert_eq!(kept_records(&control).await, 5);
    put(&control, "OUT#late").await;
    control.advance_to(after(25)).await.unwrap();
    assert_eq!(kept_records(&control).await, 1);
}

/// An API that writes a line about every call, and a meter that fails the first `failures` times.
fn metered_api(seen: &Seen, failures: usize) -> Functions {
    let api = Router::new().fallback(|| async {
        tracing::info!(target: "ruko::call", "answered");
        "ok"
    });
    let tries = Mutex::new(0);
    let meter = toy(seen, move |_| {
        let mut tries = tries.lock().unwrap();
        *tries += 1;
        if *tries <= failures { Err("not yet".to_owned()) } else { Ok(Value::Null) }
    });
    Functions::from([("api".to_owned(), Function::Http(api)), ("meter".to_owned(), meter)])
}

#[tokio::test]
async fn lines_of_the_log_reach_their_subscriber_once_and_a_drain_waits_for_it() {
    let seen = Seen::default();
    let (_cloud, control) = cloud(metered_api(&seen, 0)).await;
    for _ in 0..3 {
        assert_eq!(reqwest::get(format!("{}/api/v1/things", control.base_url())).await.unwrap().status(), 200);
    }
    control.drain().await.unwrap();
    control.drain().await.unwrap();
    let seen = seen.lock().unwrap();
    let mut lines = Vec::new();
    for event in seen.iter() {
        let packed = STANDARD.decode(event["awslogs"]["data"].as_str().unwrap()).unwrap();
        let delivery: Value = serde_json::from_reader(flate2::read::GzDecoder::new(packed.as_slice())).unwrap();
        assert_eq!(
            (&delivery["messageType"], &delivery["logGroup"]),
            (&json!("DATA_MESSAGE"), &json!("/ruko/local/api"))
        );
        lines.extend(delivery["logEvents"].as_array().unwrap().clone());
    }
    let ids: std::collections::BTreeSet<String> = lines.iter().map(|line| line["id"].to_string()).collect();
    assert_eq!((lines.len(), ids.len()), (3, 3));
    assert!(lines[0]["message"].as_str().unwrap().contains(r#""target":"ruko::call""#));
}

#[tokio::test]
async fn lines_that_cannot_be_handled_come_again_and_end_in_the_failure_queue() {
    for (failures, tries, dead_letters) in [(1, 2, 0), (2, 2, 1)] {
        let seen = Seen::default();
        let (_cloud, control) = cloud(metered_api(&seen, failures)).await;
        reqwest::get(format!("{}/api/v1/things", control.base_url())).await.unwrap();
        control.drain().await.unwrap();
        let seen = seen.lock().unwrap();
        assert_eq!((seen.len(), dead(&control, "StreamDlq")), (tries, dead_letters));
        assert_eq!(seen[0], seen[1], "the same delivery");
    }
}
