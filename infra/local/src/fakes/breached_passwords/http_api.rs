//! The fake's HTTP side: `GET /range/{prefix}`, plain text out.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};

use super::{BreachedPasswords, Question, range};

/// `https://api.pwnedpasswords.com`.
pub(crate) fn router(passwords: Arc<BreachedPasswords>) -> Router {
    Router::new().route("/range/{prefix}", get(answer)).with_state(passwords)
}

async fn answer(
    State(passwords): State<Arc<BreachedPasswords>>,
    Path(prefix): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let padded = headers.get("add-padding").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
    let Some(delay) = passwords.admit(Question { target: uri.to_string(), padded }) else {
        return (StatusCode::SERVICE_UNAVAILABLE, "The service is unavailable.").into_response();
    };
    tokio::time::sleep(delay).await;
    if prefix.len() != 5 || !prefix.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return (StatusCode::BAD_REQUEST, "The hash prefix was not in a valid format").into_response();
    }
    let mut response = range(&prefix.to_uppercase(), padded).join("\r\n").into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}
