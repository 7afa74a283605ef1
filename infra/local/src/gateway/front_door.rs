//! What a gateway does before it looks for a route: it refuses what is no request, and reads bodies while they come.
//!
//! The control API is for this machine alone: every web page that a developer has open can send requests here.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::LengthLimitError;
use reqwest::Url;

use crate::gateway::refuse;

/// API Gateway's limit for the request line and all headers, bytes:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
const MAX_TARGET: usize = 10_240;
/// How long a body may take to arrive.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// What a browser says about who sends a request: <https://www.w3.org/TR/fetch-metadata/>.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyFault {
    #[error("the body ends before it should")]
    Cut,
    #[error("the body did not arrive in time")]
    Late,
    #[error("the body is too large")]
    TooLarge,
}

impl BodyFault {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Cut => StatusCode::BAD_REQUEST,
            Self::Late => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        }
    }
}

/// Reads a body of at most `limit` bytes that arrives within `timeout`.
pub(crate) async fn read_body(body: Body, limit: usize, timeout: Duration) -> Result<Bytes, BodyFault> {
    let read = tokio::time::timeout(timeout, to_bytes(body, limit)).await.map_err(|_| BodyFault::Late)?;
    read.map_err(|error| {
        let too_large =
            std::error::Error::source(&error).is_some_and(<dyn std::error::Error + 'static>::is::<LengthLimitError>);
        if too_large { BodyFault::TooLarge } else { BodyFault::Cut }
    })
}

/// Refuses, as API Gateway does, what no function could be told of: a target that is no path, and any number of hosts
/// but one.
pub(crate) async fn well_formed(request: Request, next: Next) -> Response {
    let uri = request.uri();
    let length = uri.path_and_query().map_or(0, |target| target.as_str().len());
    if length > MAX_TARGET {
        return refuse(StatusCode::URI_TOO_LONG, "URI Too Long");
    }
    if !uri.path().starts_with('/') || host(request.headers()).is_none() {
        return refuse(StatusCode::BAD_REQUEST, "Bad Request");
    }
    next.run(request).await
}

/// The one host that a request names, read as `lambda_http` reads it.
fn host(headers: &HeaderMap) -> Option<Url> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return None };
    let host = host.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"/\\?#@".contains(&byte);
    if host.is_empty() || !host.bytes().all(plain) {
        return None;
    }
    Url::parse(&format!("http://{host}/")).ok().filter(Url::has_host)
}

/// Whether a request comes from this machine and from no page of another site.
pub(crate) fn is_own(method: &Method, headers: &HeaderMap) -> bool {
    let Some(here) = host(headers) else { return false };
    if !matches!(here.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
        return false;
    }
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let mut origins = headers.get_all(header::ORIGIN).iter().map(text);
    if !origins.all(|origin| Url::parse(&origin).is_ok_and(|origin| origin.origin() == here.origin())) {
        return false;
    }
    let site = headers.get(FETCH_SITE).map(text);
    let reads = matches!(*method, Method::GET | Method::HEAD);
    reads || !matches!(site.as_deref(), Some("cross-site" | "same-site"))
}

#[cfg(test)]
mod tests;
