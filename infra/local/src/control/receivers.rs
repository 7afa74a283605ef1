//! Receivers of webhooks: `POST /_local/receivers/{name}` is the address of one, to be used as the `url` of a webhook endpoint.

use axum::{
    Json, Router,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::{Answer, Input, Shared};
use crate::{fakes::receiver::ReceiverSettings, running::Running};

/// The routes.
pub(super) fn router() -> Router<std::sync::Arc<Running>> {
    Router::new()
        .route("/_local/receivers/{name}", get(arrived).post(receive))
        .route("/_local/receivers/{name}/settings", get(settings).put(set_settings))
}

async fn receive(State(running): Shared, Path(name): Path<String>, headers: HeaderMap, body: String) -> Response {
    let (status, retry_after) = running.stack.receivers.take(&name, &headers, &body);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match retry_after {
        Some(retry_after) => (status, [(header::RETRY_AFTER, retry_after)]).into_response(),
        None => status.into_response(),
    }
}

async fn arrived(State(running): Shared, Path(name): Path<String>) -> Json<Value> {
    Json(json!({"arrived": running.stack.receivers.arrived(&name)}))
}

async fn settings(State(running): Shared, Path(name): Path<String>) -> Json<ReceiverSettings> {
    Json(running.stack.receivers.settings(&name))
}

async fn set_settings(State(running): Shared, Path(name): Path<String>, body: Input<ReceiverSettings>) -> Answer {
    let Json(settings) = body?;
    running.stack.receivers.set_settings(&name, settings.clone());
    Ok(Json(json!(settings)))
}
