//! Batches of a queue: which messages come again.
#![cfg(test)]

use std::time::Duration;

use cloud::{
    Ctx, EventError, Function, Queue,
    event::{self, ComeAgain},
};
use serde::Deserialize;
use serde_json::{Value, json};
use testkit::Stack;

#[derive(Deserialize)]
enum Message {
    Done,
    Refused,
    /// Outlasts every function.
    Slow,
}

async fn handle(_: Ctx, message: Message) -> Result<(), EventError> {
    match message {
        Message::Done => Ok(()),
        Message::Refused => Err("refused".into()),
        Message::Slow => std::future::pending().await,
    }
}

/// The ids of those that are reported back.
fn reported(answer: &Value) -> Vec<&str> {
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap()).collect()
}

fn batch(messages: &[&str]) -> Value {
    let records = messages.iter().enumerate().map(|(number, message)| {
        let body = json!(message).to_string();
        json!({ "messageId": number.to_string(), "body": body, "attributes": {}, "messageAttributes": {} })
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

#[tokio::test]
async fn one_slow_message_does_not_take_its_batch_with_it() {
    let stack = Stack::start().await;
    let Function::Event(woken) = event::queue(stack.ctx().clone(), handle) else { panic!("not woken by events") };
    let messages = batch(&["Done", "Slow", "Done", "Refused", "Done", "Unknown"]);
    // A fifth of a second, and the second that is kept for the answer.
    let answer = event::within(Duration::from_millis(1_200), woken(messages)).await.unwrap();
    assert_eq!(reported(&answer), ["1", "3", "5"]);
}

#[tokio::test]
async fn an_invocation_without_time_for_its_answer_reports_what_is_not_done_at_once() {
    let stack = Stack::start().await;
    let Function::Event(woken) = event::queue(stack.ctx().clone(), handle) else { panic!("not woken by events") };
    let answer = event::within(Duration::from_millis(500), woken(batch(&["Slow", "Done"]))).await.unwrap();
    assert_eq!(reported(&answer), ["0"]);
}

#[tokio::test]
async fn without_a_deadline_only_what_fails_is_reported() {
    let stack = Stack::start().await;
    let Function::Event(woken) = event::queue(stack.ctx().clone(), handle) else { panic!("not woken by events") };
    let answer = woken(batch(&["Done", "Refused"])).await.unwrap();
    assert_eq!(reported(&answer), ["1"]);
}

/// A message that is to come again is reported back, and put off for as long as its handler says.
#[tokio::test]
async fn a_message_comes_again_when_its_handler_says() {
    let stack = Stack::start().await;
    let handle = |_: Ctx, _: Value, receives: u32| async move {
        let (queue, after) = (Queue::TenantWork, Duration::from_secs(30 * u64::from(receives)));
        if receives == 3 { Ok(()) } else { Err(ComeAgain { queue, after, reason: "busy".to_owned() }) }
    };
    let Function::Event(woken) = event::counted(stack.ctx().clone(), handle) else { panic!("not woken by events") };
    let record = |receives: u32| {
        json!({ "messageId": receives.to_string(), "receiptHandle": format!("receipt-{receives}"), "body": "{}",
            "attributes": { "ApproximateReceiveCount": receives.to_string() } })
    };
    let unnumbered = json!({ "messageId": "0", "receiptHandle": "receipt-0", "body": "{}", "attributes": {} });
    let records = json!([unnumbered, record(2), record(3)]);
    assert_eq!(reported(&woken(json!({ "Records": records })).await.unwrap()), ["0", "2"]);
    let put_off = |receipt: &str, seconds| (Queue::TenantWork, receipt.to_owned(), Duration::from_secs(seconds));
    assert_eq!(stack.work.postponed(), [put_off("receipt-0", 30), put_off("receipt-2", 60)]);
}
