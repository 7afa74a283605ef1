//! The page that mailed links lead to: one file for all of them, which asks for what is needed and calls the API.
//!
//! The token stands in the link's fragment, which browsers send to nobody: it is in no log and no referrer. Opening the
//! page uses nothing up; only the press of its button does. The page loads nothing else, and its policy names its style
//! and its script by their hashes.

use std::sync::LazyLock;

use aws_lc_rs::digest;
use axum::response::{Html, IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderValue, header};

const PAGE: &str = include_str!("account_page.html");

/// What the page may do: show itself and call this API.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let (style, script) = (hash_of("style"), hash_of("script"));
    format!(
        "default-src 'none'; style-src '{style}'; script-src '{script}'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
});

/// The source expression of the page's one element of this name.
fn hash_of(element: &str) -> String {
    let content = PAGE.split_once(&format!("<{element}>")).map(|(_, rest)| rest);
    let content = content.and_then(|rest| rest.split_once(&format!("</{element}>"))).map_or("", |(inner, _)| inner);
    format!("sha256-{}", STANDARD.encode(digest::digest(&digest::SHA256, content.as_bytes())))
}

/// The page.
pub(crate) fn page() -> Response {
    let mut response = Html(PAGE).into_response();
    if let Ok(policy) = HeaderValue::from_str(&POLICY) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

#[cfg(test)]
mod tests {
    use testkit::Stack;

    #[tokio::test]
    async fn the_page_says_nothing_to_anybody_and_loads_nothing() {
        let stack = Stack::start().await;
        let client = stack.serve(crate::function);
        for path in ["/account/verify-email", "/account/reset-password", "/account/accept-invitation"] {
            let answer = client.get(path).send().await;
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer");
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
            let policy = answer.header("content-security-policy");
            assert!(
                policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"),
                "{policy}"
            );
            let page = String::from_utf8(answer.body).unwrap();
            assert_eq!(page.matches("<script>").count(), 1);
            assert_eq!(page.matches("<style>").count(), 1);
            for outside in ["http://", "https://", "src=", "style=", "onclick", "innerHTML", "localStorage", "cookie"] {
                assert!(!page.contains(outside), "{outside}");
            }
        }
        assert_eq!(client.post("/account/verify-email", serde_json::json!({})).send().await.status, 405);
    }
}
