//! From a queue to the function that it wakes, as Lambda's poller does.

use serde_json::{Map, Value, json};

use crate::{
    aws::sqs::{Received, queue_arn},
    functions::invoke::{failed_items, invoke},
    pattern::Pattern,
    stack::Stack,
    template::{QueueMapping, REGION},
};

/// Receives one batch and invokes the function with it; whether there was one.
pub(super) async fn deliver(stack: &Stack, binary: &str, mapping: &QueueMapping) -> bool {
    if stack.function(binary).is_none() {
        return false;
    }
    let sqs = &stack.aws.sqs;
    let Ok(received) = sqs.receive(&mapping.queue, mapping.batch_size, None) else { return false };
    if received.is_empty() {
        return false;
    }
    // Lambda deletes what a filter refuses.
    let (batch, refused): (Vec<_>, Vec<_>) =
        received.into_iter().partition(|message| passes(&mapping.filters, message));
    for message in &refused {
        settle(stack, mapping, message, true);
    }
    if batch.is_empty() {
        return true;
    }
    let records: Vec<Value> = batch.iter().map(|message| record(&mapping.queue, message)).collect();
    let failed: Vec<String> = match invoke(stack, binary, json!({ "Records": records })).await {
        Ok(answer) if mapping.reports_failures => match failed_items(&answer) {
            Some(failed) if failed.iter().all(|id| batch.iter().any(|message| message.message_id == **id)) => {
                failed.into_iter().map(str::to_owned).collect()
            }
            _ => {
                tracing::error!(function = binary, %answer, "the answer names no messages of the batch: all of them fail");
                batch.iter().map(|message| message.message_id.clone()).collect()
            }
        },
        Ok(_) => Vec::new(),
        Err(error) => {
            stack.note_failure(binary, &error);
            batch.iter().map(|message| message.message_id.clone()).collect()
        }
    };
    if !failed.is_empty() {
        tracing::warn!(
            function = binary,
            queue = mapping.queue,
            failed = failed.len(),
            "messages go back to their queue"
        );
    }
    for message in &batch {
        settle(stack, mapping, message, !failed.contains(&message.message_id));
    }
    true
}

/// Deletes a message that is done, and shows one that failed again at once: a laptop need not wait out the timeout.
fn settle(stack: &Stack, mapping: &QueueMapping, message: &Received, done: bool) {
    let settled = if done {
        stack.aws.sqs.delete(&mapping.queue, &message.receipt_handle)
    } else {
        stack.aws.sqs.give_back(&mapping.queue, &message.receipt_handle)
    };
    if let Err(error) = settled {
        tracing::error!(queue = mapping.queue, %error, "a message could not be settled");
    }
}

/// Whether a filter lets the message through; filters on `body` look into JSON bodies.
fn passes(filters: &[Pattern], message: &Received) -> bool {
    if filters.is_empty() {
        return true;
    }
    let body: Option<Value> = serde_json::from_str(&message.body).ok().filter(Value::is_object);
    let whole = json!({
        "messageId": message.message_id,
        "body": body.unwrap_or_else(|| message.body.clone().into()),
        "attributes": message.system_attributes,
        "messageAttributes": attributes(message),
    });
    filters.iter().any(|filter| filter.matches(&whole))
}

fn attributes(message: &Received) -> Value {
    let of = |value: &Value| {
        json!({
            "stringValue": value["StringValue"],
            "binaryValue": value["BinaryValue"],
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": value["DataType"],
        })
    };
    message.attributes.iter().map(|(name, value)| (name.clone(), of(value))).collect::<Map<_, _>>().into()
}

/// A message as a record of Lambda's SQS event.
fn record(queue: &str, message: &Received) -> Value {
    json!({
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": message.system_attributes,
        "messageAttributes": attributes(message),
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn(queue),
        "awsRegion": REGION,
    })
}
