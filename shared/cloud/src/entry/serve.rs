//! What a function's `main` does on Lambda: configuration, clients, then one event after another.

use std::{sync::Arc, time::Duration};

use kernel::Clock;
use lambda_http::{Adapter, Request, StreamAdapter, request::LambdaRequest};
use lambda_runtime::{FunctionResponse, LambdaEvent, Service, service_fn};
use serde_json::Value;

use crate::{
    Config, Ctx, EventError, Function, SystemClock,
    entry::{event, http},
    telemetry,
};

/// Serves a function on Lambda until the environment is taken down.
///
/// # Errors
/// The configuration is incomplete, the platform secret cannot be read, or the Lambda runtime fails.
pub fn serve(function: fn(Ctx) -> Function) -> Result<(), EventError> {
    telemetry::start();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let ctx = Ctx::connect(Config::from_env()?, None).await?;
        match function(ctx.clone()) {
            Function::Http(router) => {
                let router = Arc::new(router);
                let handler = move |request| {
                    let (router, ctx) = (Arc::clone(&router), ctx.clone());
                    async move {
                        event::follow_clock(&ctx).await;
                        Ok::<_, EventError>(http::call(&router, request).await)
                    }
                };
                lambda_http::run(service_fn(handler)).await
            }
            Function::Event(handle) => {
                let handler = move |event: LambdaEvent<Value>| {
                    let answer = handle(event.payload);
                    let time_left = time_left(event.context.deadline);
                    async move {
                        match time_left {
                            Some(time_left) => event::within(time_left, answer).await,
                            None => answer.await,
                        }
                    }
                };
                lambda_runtime::run(service_fn(handler)).await
            }
        }
    })
}

/// As [`serve`], for a function of HTTP that has a URL of its own beside its routes of API Gateway: what comes by the URL, whose
/// invoke mode is `RESPONSE_STREAM`, is answered as the answer is made, and what comes by API Gateway all at once, as it wants it.
///
/// # Errors
/// As there; and that the function is none of HTTP.
pub fn serve_streaming(function: fn(Ctx) -> Function) -> Result<(), EventError> {
    telemetry::start();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let ctx = Ctx::connect(Config::from_env()?, None).await?;
        let Function::Http(router) = function(ctx.clone()) else {
            return Err("only a function of HTTP streams its answers".into());
        };
        let router = Arc::new(router);
        let handler = move |event: LambdaEvent<LambdaRequest>| {
            let (router, ctx) = (Arc::clone(&router), ctx.clone());
            async move {
                event::follow_clock(&ctx).await;
                if !came_by_url(&event.payload) {
                    let at_once = service_fn(move |request: Request| {
                        let router = Arc::clone(&router);
                        async move { Ok::<_, EventError>(http::call(&router, request).await) }
                    });
                    let answer = Adapter::from(at_once).call(event).await?;
                    return Ok::<_, EventError>(FunctionResponse::BufferedResponse(serde_json::to_value(answer)?));
                }
                let mut as_made = StreamAdapter::from(service_fn(move |mut request: Request| {
                    let router = Arc::clone(&router);
                    request.extensions_mut().insert(http::Unhurried);
                    async move { Ok::<_, EventError>(http::answer(&router, request).await) }
                }));
                Ok(FunctionResponse::StreamingResponse(as_made.call(event).await?))
            }
        };
        lambda_runtime::run(service_fn(handler)).await
    })
}

/// Whether an event comes by the function's URL. Both kinds have the same form; the name that was called is set by AWS.
fn came_by_url(event: &LambdaRequest) -> bool {
    match event {
        LambdaRequest::ApiGatewayV2(event) => {
            event.request_context.domain_name.as_deref().is_some_and(|name| name.contains(".lambda-url."))
        }
        _ => false,
    }
}

/// How long until an invocation's deadline, in milliseconds since 1970; `None` where an emulator names none.
fn time_left(deadline: u64) -> Option<Duration> {
    let now = u64::try_from(SystemClock.now().as_millisecond()).ok()?;
    deadline.checked_sub(now).map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_comes_by_the_functions_url_is_streamed() {
        let event = |name: &str| -> LambdaRequest {
            let event = json!({
                "version": "2.0", "routeKey": "$default", "rawPath": "/api/v1/ai/models", "rawQueryString": "",
                "headers": { "host": "evil.lambda-url.example" },
                "requestContext": {
                    "apiId": "a", "stage": "$default", "accountId": "0", "requestId": "r", "timeEpoch": 0, "domainName": name,
                    "http": { "method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "::1", "userAgent": "" },
                },
                "isBase64Encoded": false,
            });
            serde_json::from_value(event).unwrap()
        };
        assert!(came_by_url(&event("abc123.lambda-url.ap-southeast-3.on.aws")));
        assert!(!came_by_url(&event("abc123.execute-api.ap-southeast-3.amazonaws.com")));
        assert!(!came_by_url(&event("api.ruko.example")));
    }
}
