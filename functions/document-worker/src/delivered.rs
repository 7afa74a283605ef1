//! Delivers events in tests as the queue does.

use cloud::Function;
use serde_json::{Value, json};
use testkit::Stack;

/// Delivers an event, which the worker takes.
pub(crate) async fn deliver(stack: &Stack, event: &Value) {
    let Function::Event(handle) = crate::function(stack.ctx().clone()) else { panic!("not woken by events") };
    let record = json!({"messageId": "1", "body": event.to_string(), "attributes": {}, "messageAttributes": {}});
    assert_eq!(handle(json!({"Records": [record]})).await.unwrap()["batchItemFailures"], json!([]));
}
