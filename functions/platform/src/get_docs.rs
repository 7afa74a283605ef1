//! `GET /docs`: the API reference, with search, links to each operation, and samples to copy.
//!
//! Round trips: one rate-limit write.

use axum::response::Response;

/// The reference is a script; without scripts, the guides and the document are still there.
const MAIN: &str = "<div id=app></div><noscript><main class=guide><h1>Ruko API</h1><p>The reference needs JavaScript. The \
    <a href=/docs/guide>guide</a> does not, and the <a href=/openapi.json>OpenAPI document</a> has every operation.</p></main>\
    </noscript><script src=/docs/scalar.js></script><script src=/docs/start.js></script>";

/// Open the API reference
#[utoipa::path(get, path = "/docs", responses((status = 200, description = "HTML", content_type = "text/html")))]
pub async fn get_docs() -> Response {
    crate::frame::page("API reference", MAIN)
}
