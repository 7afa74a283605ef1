//! `GET /docs`: the OpenAPI document as a page that needs no script and no other server.
//!
//! Round trips: one rate-limit write.

use std::sync::LazyLock;

use axum::response::{Html, IntoResponse, Response};
use http::header;

use crate::{OPENAPI, page};

/// The page, made once per process.
static PAGE: LazyLock<String> =
    LazyLock::new(|| serde_json::from_str(OPENAPI).map_or_else(|error| error.to_string(), |api| page::render(&api)));

/// Read the documentation
#[utoipa::path(get, path = "/docs", responses((status = 200, description = "HTML", content_type = "text/html")))]
pub async fn get_docs() -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(PAGE.as_str())).into_response()
}
