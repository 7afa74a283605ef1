//! What a function's `main` does on Lambda: configuration, clients, then one event after another.

use std::sync::Arc;

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

use crate::{Config, Ctx, EventError, Function, event, http, telemetry};

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
                lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| handle(event.payload))).await
            }
        }
    })
}
