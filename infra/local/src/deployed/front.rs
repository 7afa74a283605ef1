//! What stands at the deployment's public URL: hands every request on to the emulator's API.
//!
//! The stack tells providers to call back at its public URL, which no name server knows. The fakes' HTTP client finds
//! this process there instead; the path goes on behind the API's own.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, Uri, header};

use super::Deployed;

/// Hands a request on, and its answer back.
pub(super) async fn hand_on(
    State(deployed): State<Arc<Deployed>>,
    method: Method,
    uri: Uri,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    // Those of the connection, which ends here.
    for name in [header::HOST, header::CONTENT_LENGTH, header::CONNECTION, header::TRANSFER_ENCODING] {
        headers.remove(name);
    }
    let request = deployed.http.request(method, format!("{}{path}", deployed.api)).headers(headers).body(body);
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!(%error, "the deployed API does not answer");
            return StatusCode::BAD_GATEWAY.into_response();
        }
    };
    let status = answer.status();
    let mut headers = answer.headers().clone();
    for name in [header::CONTENT_LENGTH, header::CONNECTION, header::TRANSFER_ENCODING] {
        headers.remove(name);
    }
    match answer.bytes().await {
        Ok(bytes) => (status, headers, Body::from(bytes)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the deployed API's answer broke off");
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}
