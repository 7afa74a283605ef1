//! Functions that run elsewhere: under `cargo lambda watch`, which takes events and HTTP on one port.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    response::Response,
};
use cloud::{EventHandler, Function};
use http::{StatusCode, header};
use serde_json::Value;

use crate::{Build, Functions, Template};

/// As long as a function may take at all.
const TIMEOUT: Duration = Duration::from_mins(15);
/// API Gateway's payload limit, bytes.
const MAX_PAYLOAD: usize = 10 * 1024 * 1024;

/// Makes stand-ins for every function of the template that pass on to `cargo lambda watch` at `url`.
pub fn watched(url: String) -> Build {
    Arc::new(move |_| {
        let url = url.trim_end_matches('/').to_owned();
        Box::pin(async move {
            let client = client()?;
            let template = Template::load()?;
            let functions = template.functions.values().map(|function| {
                let stand_in = if function.routes.is_empty() {
                    Function::Event(event(
                        client.clone(),
                        format!("{url}/2015-03-31/functions/{}/invocations", function.binary),
                    ))
                } else {
                    Function::Http(http_stand_in(client.clone(), format!("{url}/lambda-url/{}", function.binary)))
                };
                (function.binary.clone(), stand_in)
            });
            Ok(functions.collect::<Functions>())
        })
    })
}

/// Redirects are for whoever asked the function.
fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none()).no_proxy().build()
}

/// Lambda's Invoke.
fn event(client: reqwest::Client, url: String) -> EventHandler {
    Arc::new(move |event: Value| {
        let request = client.post(&url).json(&event);
        Box::pin(async move {
            let answer = request.send().await?;
            let (status, failed) = (answer.status(), answer.headers().contains_key("x-amz-function-error"));
            let text = answer.text().await?;
            if !status.is_success() || failed {
                return Err(format!("{status}: {text}").into());
            }
            Ok(serde_json::from_str(&text)?)
        })
    })
}

/// The function's URL.
fn http_stand_in(client: reqwest::Client, url: String) -> Router {
    Router::new().fallback(move |request: Request| {
        let (client, url) = (client.clone(), url.clone());
        async move {
            pass_on(client, &url, request).await.unwrap_or_else(|error| {
                tracing::error!(url, %error, "cargo lambda watch does not answer");
                let mut response = Response::new(Body::from(r#"{"message":"Internal Server Error"}"#));
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            })
        }
    })
}

async fn pass_on(client: reqwest::Client, url: &str, request: Request) -> Result<Response, crate::BoxError> {
    let (parts, body) = request.into_parts();
    let target = format!("{url}{}", parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str));
    let mut headers = parts.headers;
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    let answer =
        client.request(parts.method, target).headers(headers).body(to_bytes(body, MAX_PAYLOAD).await?).send().await?;
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    headers.remove(header::CONNECTION);
    let mut response = Response::new(Body::from(answer.bytes().await?));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn events_and_requests_are_passed_on() {
        let watch = Router::new()
            .route(
                "/2015-03-31/functions/{name}/invocations",
                axum::routing::post(|axum::Json(event): axum::Json<Value>| async move {
                    let failed = event["fail"] == true;
                    let headers = failed.then_some([("x-amz-function-error", "Unhandled")]);
                    (headers.map(axum::response::AppendHeaders), axum::Json(json!({"saw": event})))
                }),
            )
            .route(
                "/lambda-url/api/elsewhere",
                axum::routing::get(|| async { axum::response::Redirect::to("/lambda-url/api/api/v1/x") }),
            )
            .route(
                "/lambda-url/api/{*path}",
                axum::routing::any(|request: Request| async move { (StatusCode::CREATED, request.uri().to_string()) }),
            );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, watch).await });
        let client = client().unwrap();
        let handler = event(client.clone(), format!("{url}/2015-03-31/functions/relay/invocations"));
        assert_eq!(handler(json!({"a": 1})).await.unwrap(), json!({"saw": {"a": 1}}));
        assert!(handler(json!({"fail": true})).await.is_err());
        let router = http_stand_in(client, format!("{url}/lambda-url/api"));
        let request = Request::builder().uri("/elsewhere").body(Body::empty()).unwrap();
        let Ok(response) = tower::ServiceExt::oneshot(router.clone(), request).await;
        assert_eq!(
            (response.status(), &response.headers()["location"]),
            (StatusCode::SEE_OTHER, &header::HeaderValue::from_static("/lambda-url/api/api/v1/x"))
        );
        let request = Request::builder().uri("/api/v1/x?y=1").body(Body::empty()).unwrap();
        let Ok(response) = tower::ServiceExt::oneshot(router, request).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        let body = to_bytes(response.into_body(), 100).await.unwrap();
        assert_eq!(body, "/lambda-url/api/api/v1/x?y=1");
    }
}
