//! From a log group to the function that subscribes to it, as CloudWatch Logs and Lambda's queue of events do.

use std::io::Write;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use crate::{
    aws::sqs::Sent,
    functions::invoke::invoke,
    logs::{Haste, Line},
    random,
    stack::Stack,
    template::{ACCOUNT, LogsMapping},
};

/// Delivers what was written into the log groups that the function subscribes to; whether there was anything.
pub(super) async fn deliver(stack: &Stack, binary: &str, mapping: &LogsMapping, haste: Haste) -> bool {
    let mut moved = false;
    for subscription in &mapping.subscriptions {
        let Some((group, lines)) = stack.logs.take(&subscription.group, haste) else { continue };
        if stack.function(binary).is_none() {
            continue;
        }
        moved = true;
        match event(stack, group, &lines) {
            Ok(event) => attempt(stack, binary, mapping, event).await,
            Err(error) => tracing::error!(group, %error, "lines of the log could not be packed"),
        }
    }
    moved
}

/// Invokes the function until it succeeds or is given up.
async fn attempt(stack: &Stack, binary: &str, mapping: &LogsMapping, event: Value) {
    for _ in 0..=mapping.retries {
        match invoke(stack, binary, event.clone()).await {
            Ok(_) => return,
            Err(error) => stack.note_failure(binary, &error),
        }
    }
    let Some(queue) = &mapping.on_failure else { return };
    let notice = json!({
        "version": "1.0",
        "timestamp": stack.clock.now().to_string(),
        "requestContext": {
            "requestId": random::uuid(),
            "functionArn": format!("arn:aws:lambda:local:{binary}"),
            "condition": "RetriesExhausted",
            "approximateInvokeCount": mapping.retries.saturating_add(1),
        },
        "requestPayload": event,
    });
    if let Err(error) = stack.aws.sqs.send(queue, Sent { body: notice.to_string(), ..Sent::default() }, None) {
        tracing::error!(queue, %error, "the failure queue took no notice");
    }
}

/// What CloudWatch Logs hands to a function: base64 of gzipped JSON.
fn event(stack: &Stack, group: &str, lines: &[Line]) -> std::io::Result<Value> {
    let millis = stack.clock.now().as_millisecond();
    let events: Vec<Value> =
        lines.iter().map(|line| json!({ "id": line.id, "timestamp": millis, "message": line.message })).collect();
    let text = json!({
        "messageType": "DATA_MESSAGE",
        "owner": ACCOUNT,
        "logGroup": group,
        "logStream": "local",
        "subscriptionFilters": ["local"],
        "logEvents": events,
    });
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.to_string().as_bytes())?;
    Ok(json!({ "awslogs": { "data": STANDARD.encode(gzip.finish()?) } }))
}
