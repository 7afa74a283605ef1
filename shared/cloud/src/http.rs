//! The HTTP entry point: an API Gateway event in, the router's answer out, on Lambda and in the local cloud alike.

use axum::{Router, body::Body as AxumBody};
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use lambda_http::{Body, request::RequestContext};
use tower::ServiceExt;

/// Runs one request through a function's router.
pub async fn call(router: &Router, request: lambda_http::Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the enum is open; what it may gain has no bytes that we know of"
    )]
    let body = match body {
        Body::Text(text) => AxumBody::from(text),
        Body::Binary(bytes) => AxumBody::from(bytes),
        _ => AxumBody::empty(),
    };
    // The router's error is `Infallible`.
    let answer = router.clone().oneshot(http::Request::from_parts(parts, body)).await;
    let (parts, body) = answer.unwrap_or_else(|never| match never {}).into_parts();
    match body.collect().await {
        Ok(body) => Response::from_parts(parts, lambda_body(&body.to_bytes())),
        Err(error) => {
            tracing::error!(%error, "the body of an answer broke off");
            let mut broken = Response::new(Body::Empty);
            *broken.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            broken
        }
    }
}

/// The caller's address, as API Gateway saw it; `None` where there is no gateway in front. Forwarding headers are not
/// looked at: anybody can write them.
pub fn source_ip(request: &http::Extensions) -> Option<String> {
    match request.get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
        _ => None,
    }
}

/// Text where the bytes are text, so that API Gateway need not decode base64.
fn lambda_body(bytes: &[u8]) -> Body {
    match std::str::from_utf8(bytes) {
        Ok("") => Body::Empty,
        Ok(text) => Body::Text(text.to_owned()),
        Err(_) => Body::Binary(bytes.to_vec()),
    }
}
