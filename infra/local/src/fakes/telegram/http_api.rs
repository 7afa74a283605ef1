//! The fake's HTTP side: `/bot<token>/<method>` by POST or GET, with JSON, a form or a query.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    response::Response,
};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use serde_json::{Map, Value, json};

use super::{Telegram, TelegramError};
use crate::gateway::percent_decoded;

/// `https://api.telegram.org`.
pub(crate) fn router(telegram: Arc<Telegram>) -> Router {
    Router::new().fallback(answer).with_state(telegram)
}

async fn answer(State(telegram): State<Arc<Telegram>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let mut parts = uri.path().trim_start_matches('/').split('/');
    let token = parts.next().and_then(|part| part.strip_prefix("bot")).map(percent_decoded).unwrap_or_default();
    let method = parts.next().unwrap_or_default();
    let result = input(&uri, &headers, &body).and_then(|input| telegram.call(&token, method, &input));
    respond(result, method)
}

/// The parameters, wherever they are.
fn input(uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Result<Value, TelegramError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/json") && !body.is_empty() {
        return serde_json::from_slice(body).map_err(|_| TelegramError::bad("can't parse JSON object"));
    }
    let mut input = form(uri.query().unwrap_or_default());
    if kind.starts_with("application/x-www-form-urlencoded") {
        input.extend(form(&String::from_utf8_lossy(body)));
    }
    Ok(input.into())
}

fn form(text: &str) -> Map<String, Value> {
    let decoded = |part: &str| percent_decoded(&part.replace('+', " "));
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| {
            let value = decoded(value);
            // Structured parameters are JSON inside the form.
            let structured = value.starts_with(['{', '[']).then(|| serde_json::from_str(&value).ok()).flatten();
            (decoded(name), structured.unwrap_or(Value::String(value)))
        })
        .collect()
}

fn respond(result: Result<Value, TelegramError>, method: &str) -> Response {
    let (status, body, retry_after) = match result {
        Ok(result) => {
            let mut body = json!({"ok": true, "result": result});
            match method.to_ascii_lowercase().as_str() {
                "setwebhook" => body["description"] = "Webhook was set".into(),
                "deletewebhook" => body["description"] = "Webhook was deleted".into(),
                _ => {}
            }
            (200, body, None)
        }
        Err(error) => {
            let mut body = json!({"ok": false, "error_code": error.code, "description": error.description});
            if let Some(seconds) = error.retry_after {
                body["parameters"] = json!({"retry_after": seconds});
            }
            (error.code, body, error.retry_after)
        }
    };
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}
