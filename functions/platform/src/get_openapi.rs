//! `GET /openapi.json`: the whole API as an OpenAPI 3.1 document.
//!
//! Round trips: one rate-limit write.

use axum::response::{IntoResponse, Response};
use http::header;

use crate::OPENAPI;

/// Get the OpenAPI document
#[utoipa::path(
    get, path = "/openapi.json",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json"))
)]
pub async fn get_openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], OPENAPI).into_response()
}
