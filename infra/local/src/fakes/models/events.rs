//! Streams: events, and how they fail.

use std::io;

use axum::{
    body::{Body, Bytes},
    response::Response,
};
use futures::StreamExt;
use http::{HeaderValue, header};
use serde_json::Value;

use super::{FaultPhase, ModelFault};

/// An event: its name, where it has one, and its data.
pub(super) type Event = (Option<&'static str>, String);

/// A stream of events; a fault of it happens in its place, as `failed` says it.
pub(super) fn respond(events: &[Event], fault: Option<&ModelFault>, failed: impl Fn(u16) -> Event) -> Response {
    let half = events.len() / 2;
    let mut sent: Vec<Result<Bytes, io::Error>> = Vec::new();
    let text = |(name, data): &Event| {
        let name = name.map(|name| format!("event: {name}\n")).unwrap_or_default();
        Bytes::from(format!("{name}data: {data}\n\n"))
    };
    match fault.map(|fault| (fault.phase, fault.status)) {
        Some((FaultPhase::First, status)) => sent.push(Ok(text(&failed(status)))),
        Some((FaultPhase::Middle, status)) => {
            sent.extend(events.iter().take(half).map(|event| Ok(text(event))));
            sent.push(Ok(text(&failed(status))));
        }
        Some((FaultPhase::Cut, _)) => {
            sent.extend(events.iter().take(half).map(|event| Ok(text(event))));
            sent.push(Err(io::Error::other("the model hung up")));
        }
        Some((FaultPhase::Head, _)) | None => sent.extend(events.iter().map(|event| Ok(text(event)))),
    }
    // Each leaves before the next one is made, so that a stream that breaks off has said what came before.
    let sent = futures::stream::iter(sent).then(|event| async {
        tokio::task::yield_now().await;
        event
    });
    let mut response = Response::new(Body::from_stream(sent));
    let kind = HeaderValue::from_static("text/event-stream; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// A JSON value as an event's data.
pub(super) fn data(value: &Value) -> Event {
    (None, value.to_string())
}
