//! A queue that processes empty together: each takes a batch, gives it to its function, and comes back.

use std::sync::Arc;

use cloud::{EventHandler, Function};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::Failure;

/// How many messages a process gets at once.
pub const BATCH: usize = 10;

/// Empties a queue by so many processes at once.
///
/// # Errors
/// A message failed, or the function is not woken by events.
pub async fn drain(processes: usize, function: impl Fn() -> Function, messages: Vec<Value>) -> Result<(), Failure> {
    let waiting = Arc::new(Mutex::new(messages));
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..processes {
        let (handle, waiting) = (handler(function())?, Arc::clone(&waiting));
        running.spawn(async move {
            while let Some(batch) = take(&waiting).await {
                give(&handle, batch).await?;
            }
            Ok::<(), Failure>(())
        });
    }
    while let Some(process) = running.join_next().await {
        process??;
    }
    Ok(())
}

/// What the function does with an event.
///
/// # Errors
/// It serves HTTP.
pub fn handler(function: Function) -> Result<EventHandler, Failure> {
    match function {
        Function::Event(handle) => Ok(handle),
        Function::Http(_) => Err("not woken by events".into()),
    }
}

/// The next batch; `None` when nothing waits any more.
pub async fn take(waiting: &Mutex<Vec<Value>>) -> Option<Vec<Value>> {
    let mut waiting = waiting.lock().await;
    let from = waiting.len().saturating_sub(BATCH);
    Some(waiting.split_off(from)).filter(|batch| !batch.is_empty())
}

/// Gives a batch to a function.
///
/// # Errors
/// One of its messages failed.
pub async fn give(handle: &EventHandler, batch: Vec<Value>) -> Result<(), Failure> {
    let records = batch.into_iter().enumerate().map(|(at, body)| {
        json!({ "messageId": at.to_string(), "receiptHandle": at.to_string(), "body": body.to_string(),
            "attributes": { "ApproximateReceiveCount": "1" }, "messageAttributes": {} })
    });
    let answer = handle(json!({ "Records": records.collect::<Vec<_>>() })).await?;
    if answer.pointer("/batchItemFailures/0").is_some() {
        return Err(format!("messages failed: {answer}").into());
    }
    Ok(())
}
