//! What the documentation's pages have in common: head, navigation, and what a browser may load.

use axum::response::{Html, IntoResponse, Response};
use http::header;

/// Scripts and styles of this origin alone; the reference sets styles on elements, and shows pictures that it carries itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
    font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A page with the navigation above `main`, which is HTML.
pub(crate) fn page(title: &str, main: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'>\
         <title>{title} · Ruko</title><link rel=icon href='data:,'><link rel=stylesheet href=/docs/style.css></head><body>\
         <nav aria-label=Documentation><strong>Ruko</strong> <a href=/docs>Reference</a> <a href=/docs/quickstart>Quickstart</a> \
         <a href=/docs/guide>Guide</a> <a href='/docs/guide#codes'>Errors</a> <a href=/docs/events>Events</a> \
         <a href=/docs/glossary>Glossary</a> <a href=/openapi.json>OpenAPI</a></nav>{main}</body></html>"
    );
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(page)).into_response()
}
