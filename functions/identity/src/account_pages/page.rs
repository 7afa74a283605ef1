//! The pages that links in mails lead to. The token stands behind the `#` of the link, which browsers send to nobody: it
//! reaches no server and no log before the person presses the button, and a mail scanner that opens the link uses up
//! nothing.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::response::{Html, IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::header;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// One page for all: its script looks at the path.
static PAGE: LazyLock<String> =
    LazyLock::new(|| include_str!("page.html").replace("{{STYLE}}", STYLE).replace("{{SCRIPT}}", SCRIPT));

/// Only the script and the style of this page run, and it talks to this API only.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |text: &str| STANDARD.encode(digest(&SHA256, text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
});

pub(crate) fn page() -> Response {
    ([(header::CONTENT_SECURITY_POLICY, POLICY.as_str())], Html(PAGE.as_str())).into_response()
}

#[cfg(test)]
mod tests {
    use identity::PasswordError;
    use kernel::Fault;
    use testkit::Stack;

    use super::SCRIPT;

    #[test]
    fn every_refusal_of_the_pages_is_explained_in_both_languages() {
        let passwords = [PasswordError::Length { min_length: 12 }, PasswordError::Common, PasswordError::Breached];
        let others = ["INVALID_OR_EXPIRED_LINK", "USERNAME_TAKEN", "USER_EXISTS", "ACCOUNT_NOT_ACTIVE"];
        let more = ["TENANT_SUSPENDED", "CUSTOMER_ERASED", "RATE_LIMITED"];
        for code in passwords.iter().map(Fault::code).chain(others).chain(more) {
            assert_eq!(SCRIPT.matches(&format!("{code}: '")).count(), 2, "{code}");
        }
    }

    #[tokio::test]
    async fn each_page_runs_its_own_script_and_no_other() {
        let client = Stack::start().await.serve(crate::function);
        for path in ["/account/verify-email", "/account/reset-password", "/account/accept-invitation"] {
            let answer = client.get(path).send().await;
            assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/html; charset=utf-8"));
            let html = String::from_utf8(answer.body.clone()).unwrap();
            assert!(html.contains(&format!("'{path}': [")), "the script knows the page");
            assert!(!html.contains("{{") && !html.contains("http://") && !html.contains("https://"));
            let policy = answer.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'; script-src 'sha256-") && !policy.contains("unsafe"));
            assert_eq!(answer.header("referrer-policy"), "no-referrer");
        }
    }
}
