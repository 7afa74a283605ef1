//! What a Lambda function is to Ruko: a router for HTTP, or a handler from one JSON event to one JSON answer.
//!
//! Every crate under `functions/` exports `pub fn function(ctx: Ctx) -> Function`. Its `main` serves it on
//! Lambda; the local cloud serves the same value from `template.yaml`.

use std::{future::Future, pin::Pin, sync::Arc};

use serde_json::Value;

/// Why an event as a whole failed: the caller (SQS, a stream, a schedule) delivers it again.
pub type EventError = Box<dyn std::error::Error + Send + Sync>;

/// The answer of one event, when it comes.
pub type EventAnswer = Pin<Box<dyn Future<Output = Result<Value, EventError>> + Send>>;

/// Handles one event in the JSON that AWS delivers to Lambda: an SQS batch, a stream batch.
pub type EventHandler = Arc<dyn Fn(Value) -> EventAnswer + Send + Sync>;

/// One Lambda function, ready to be served.
#[derive(Clone)]
pub enum Function {
    /// An API Gateway HTTP API (payload 2.0) function.
    Http(axum::Router),
    /// A function that is woken by a queue, a stream or a schedule.
    Event(EventHandler),
}
