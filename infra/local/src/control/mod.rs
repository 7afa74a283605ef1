//! The control API under `/_local`: what tests and the page do to the cloud from outside.

mod error;
mod providers;
mod receivers;
mod stripe;

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Query, Request, State, rejection::JsonRejection},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::header;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) use error::ControlError;
pub(crate) use providers::{Again, act};
pub(crate) use stripe::act as act_at_stripe;

use crate::{
    Mailbox,
    gateway::front_door::{BODY_TIMEOUT, is_own, read_body},
    running::Running,
    time::aim::ClockMove,
};

/// The largest body of the control API, bytes.
const MAX_CONTROL_BODY: usize = 64 * 1024;
/// The routes.
pub(crate) fn router() -> Router<Arc<Running>> {
    Router::new()
        .merge(providers::router())
        .merge(stripe::router())
        .merge(receivers::router())
        .route("/_local/messages", get(messages))
        .route("/_local/clock", get(clock).post(move_clock))
        .route("/_local/drain", post(drain))
        .route("/_local/reset", post(reset))
        .route("/_local/queues", get(queues))
        .route("/_local/queues/{name}/redeliver", post(redeliver))
        .route("/_local/queues/{name}/redrive", post(redrive))
        .route("/_local/functions/{binary}/last-event", get(last_event))
        .route("/_local/objects/{*path}", get(object))
        .route("/_local/{*unknown}", axum::routing::any(unknown))
}

/// Lets only this machine's own callers in: no page of another site, and no name of another machine, which a page's own
/// name server may have pointed here.
pub(crate) async fn own_callers(request: Request, next: Next) -> Response {
    if is_own(request.method(), request.headers()) {
        next.run(request).await
    } else {
        ControlError::Foreign.into_response()
    }
}

/// Reads the bodies of the control API, which are small.
pub(crate) async fn small_bodies(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match read_body(body, MAX_CONTROL_BODY, BODY_TIMEOUT).await {
        Ok(body) => next.run(Request::from_parts(parts, Body::from(body))).await,
        Err(fault) => ControlError::Unread(fault).into_response(),
    }
}

type Shared = State<Arc<Running>>;
pub(crate) type Answer = Result<Json<Value>, ControlError>;
/// A JSON body whose faults become our own errors.
pub(crate) type Input<T> = Result<Json<T>, JsonRejection>;

async fn unknown() -> ControlError {
    ControlError::NoSuchPath
}

/// Which messages are meant.
#[derive(Debug, Deserialize)]
pub(crate) struct Filter {
    channel: Option<String>,
    to: Option<String>,
}

async fn messages(State(running): Shared, Query(filter): Query<Filter>) -> Json<Value> {
    found(&running.stack.mailbox, &filter)
}

/// The messages that are meant.
pub(crate) fn found(mailbox: &Mailbox, filter: &Filter) -> Json<Value> {
    Json(json!({"messages": mailbox.find(filter.channel.as_deref(), filter.to.as_deref())}))
}

async fn clock(State(running): Shared) -> Json<Value> {
    let mut clock = json!({"now": millis(running.stack.clock.now())});
    if let Some(way) = running.timeline.under_way() {
        clock["moving"] = json!({
            "from": millis(way.from), "target": millis(way.target), "invocations": way.invocations,
            "elapsedSeconds": way.elapsed.as_secs(),
        });
    }
    Json(clock)
}

async fn move_clock(State(running): Shared, body: Input<ClockMove>) -> Answer {
    let Json(wanted) = body?;
    let target = wanted.target(running.stack.clock.now())?;
    let now = running.move_to(target).await?;
    Ok(Json(json!({"now": millis(now)})))
}

async fn drain(State(running): Shared) -> Answer {
    running.drain().await?;
    Ok(Json(json!({"drained": true, "failedInvocations": running.stack.failures()})))
}

async fn reset(State(running): Shared) -> Answer {
    running.reset().await?;
    Ok(Json(json!({"now": millis(running.stack.clock.now())})))
}

async fn queues(State(running): Shared) -> Json<Value> {
    Json(json!({"queues": running.stack.aws.sqs.states(), "failedInvocations": running.stack.failures()}))
}

async fn redeliver(State(running): Shared, Path(name): Path<String>) -> Answer {
    let messages = running.stack.aws.sqs.redeliver(&name)?;
    running.stack.wake();
    Ok(Json(json!({"redelivered": messages})))
}

async fn redrive(State(running): Shared, Path(name): Path<String>) -> Answer {
    let messages = running.stack.aws.sqs.redrive(&name)?;
    running.stack.wake();
    Ok(Json(json!({"redriven": messages})))
}

async fn last_event(State(running): Shared, Path(binary): Path<String>) -> Answer {
    running.stack.last_event(&binary).map(Json).ok_or(ControlError::NeverInvoked)
}

/// An object of the bucket, where a signed URL would lead on AWS.
async fn object(State(running): Shared, Path(path): Path<String>) -> Result<Response, ControlError> {
    let safe = path.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.contains('\\'));
    let file = running.stack.data.objects().join(&path);
    let bytes = if safe { tokio::fs::read(&file).await.ok() } else { None };
    let bytes = bytes.ok_or(ControlError::NoSuchObject)?;
    let kind = match file.extension().and_then(|kind| kind.to_str()) {
        Some("pdf") => "application/pdf",
        Some("json") => "application/json",
        Some("csv") => "text/csv; charset=utf-8",
        _ => "application/octet-stream",
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], bytes).into_response())
}

/// An instant as the API writes instants.
pub(crate) fn millis(at: Timestamp) -> String {
    kernel::Timestamp::from(at).to_string()
}
