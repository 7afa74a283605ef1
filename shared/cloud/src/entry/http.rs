//! The HTTP entry point: an API Gateway event in, the router's answer out, on Lambda and in the local cloud alike.

use axum::{Router, body::Body as AxumBody};
use http::{Response, StatusCode, Uri};
use http_body_util::BodyExt;
use lambda_http::{Body, RequestExt, request::RequestContext};
use tower::ServiceExt;

/// A path that no router has.
const NOWHERE: &str = "/..";

/// In the extensions of a request whose answer is sent as it is made: it may take as long as the function, where API Gateway
/// waits for 30 seconds.
#[derive(Clone, Copy, Debug)]
pub struct Unhurried;

/// Runs one request through a function's router, and reads its answer to the end.
pub async fn call(router: &Router, request: lambda_http::Request) -> Response<Body> {
    let (parts, body) = answer(router, request).await.into_parts();
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

/// Runs one request through a function's router; its answer may still be under way. A path that stands for another one leads to
/// no route.
pub async fn answer(router: &Router, request: lambda_http::Request) -> Response<AxumBody> {
    let misread = is_misread(&request);
    let (mut parts, body) = request.into_parts();
    if misread {
        parts.uri = Uri::from_static(NOWHERE);
    }
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
    answer.unwrap_or_else(|never| match never {})
}

/// Whether `lambda_http` made another path of the one that API Gateway chose the route by: it reads paths as browsers do,
/// to whom `..`, `%2e%2e`, `\` and a decoded `#` mean something. Rules, logs and handlers would speak of different paths.
fn is_misread(request: &lambda_http::Request) -> bool {
    // API Gateway passes some escapes on decoded, and a stage's name may stand in front.
    let (asked, read) = (percent_decoded(request.raw_http_path()), percent_decoded(request.uri().path()));
    !read.ends_with(&asked)
}

/// Text with `%41` read as `A`; what is no escape stays.
pub fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let escaped = match tail {
            [high, low, after @ ..] if *first == b'%' => std::str::from_utf8(&[*high, *low])
                .ok()
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
                .map(|byte| (byte, after)),
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((*first, tail));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
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

#[cfg(test)]
mod tests {
    use axum::extract::Request;
    use serde_json::json;

    use super::*;

    /// Which path a router sees for one that API Gateway was asked for.
    async fn seen(raw_path: &str) -> String {
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": raw_path, "rawQueryString": "a=%2e%2e",
            "headers": { "host": "api.ruko.test" },
            "requestContext": {
                "apiId": "a", "stage": "$default", "accountId": "0", "requestId": "r", "timeEpoch": 0,
                "http": { "method": "GET", "path": raw_path, "protocol": "HTTP/1.1", "sourceIp": "::1", "userAgent": "" },
            },
            "isBase64Encoded": false,
        });
        let request = lambda_http::request::from_str(&event.to_string()).unwrap();
        let router = Router::new().fallback(|request: Request| async move { request.uri().path().to_owned() });
        let body = call(&router, request).await.into_body();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_path_that_stands_for_another_one_leads_nowhere() {
        for path in ["/users/../users/me", "/roles/%2e%2E/roles", "/./users", "/users/.", "/users\\me", "/users#me"] {
            assert_eq!(seen(path).await, NOWHERE, "{path}");
        }
        for (path, read) in [
            ("/", "/"),
            ("/users/me", "/users/me"),
            ("/users/a..b/.well-known", "/users/a..b/.well-known"),
            ("/users/a%20b", "/users/a%20b"),
            // Decoded by the gateway, encoded again by `lambda_http`.
            ("/users/a b", "/users/a%20b"),
            ("/users/100%25", "/users/100%25"),
            ("/users/%252e%252e/me", "/users/%252e%252e/me"),
        ] {
            assert_eq!(seen(path).await, read, "{path}");
        }
    }
}
