//! Invokes event functions as Lambda does: alone in a task, for a bounded time, failing without consequences.

use std::time::Duration;

use cloud::{Function, event::within};
use serde_json::Value;

use crate::stack::Stack;

/// How much longer than in the template a function may take: debug builds on a laptop are slower than Lambda.
const PATIENCE: u32 = 4;

/// Why an invocation failed as a whole.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvocationError {
    #[error("no such function is linked in")]
    Missing,
    #[error("it serves HTTP and takes no events")]
    NotForEvents,
    #[error("{0}")]
    Failed(String),
    #[error("it panicked: {0}")]
    Panicked(String),
    #[error("it took longer than {0:?}")]
    TimedOut(Duration),
}

/// One invocation of the function `binary`.
pub(crate) async fn invoke(stack: &Stack, binary: &str, event: Value) -> Result<Value, InvocationError> {
    let handler = match stack.function(binary) {
        Some(Function::Event(handler)) => handler,
        Some(Function::Http(_)) => return Err(InvocationError::NotForEvents),
        None => return Err(InvocationError::Missing),
    };
    stack.note_invocation();
    stack.remember_event(binary, &event);
    let seconds = stack.template.functions.get(binary).map_or(3, |function| function.timeout_seconds);
    let limit = Duration::from_secs(seconds).saturating_mul(PATIENCE);
    // Called inside the task too: a handler may panic before it has made its future.
    let task = tokio::spawn(within(limit, async move { handler(event).await }));
    let abort = task.abort_handle();
    match tokio::time::timeout(limit, task).await {
        Ok(Ok(Ok(answer))) => Ok(answer),
        Ok(Ok(Err(error))) => Err(InvocationError::Failed(error.to_string())),
        Ok(Err(error)) => Err(InvocationError::Panicked(error.to_string())),
        Err(_) => {
            abort.abort();
            Err(InvocationError::TimedOut(limit))
        }
    }
}

/// The identifiers under `batchItemFailures`; `None` when the answer is not one that Lambda accepts, which fails the
/// whole batch.
pub(crate) fn failed_items(answer: &Value) -> Option<Vec<&str>> {
    match &answer["batchItemFailures"] {
        Value::Null => Some(Vec::new()),
        Value::Array(items) => items
            .iter()
            .map(|item| item["itemIdentifier"].as_str().filter(|identifier| !identifier.is_empty()))
            .collect(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => None,
    }
}
