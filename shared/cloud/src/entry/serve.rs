//! What a function's `main` does on Lambda: configuration, clients, then one event after another.

use std::{sync::Arc, time::Duration};

use kernel::Clock;
use lambda_runtime::{LambdaEvent, service_fn};
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

/// How long until an invocation's deadline, in milliseconds since 1970; `None` where an emulator names none.
fn time_left(deadline: u64) -> Option<Duration> {
    let now = u64::try_from(SystemClock.now().as_millisecond()).ok()?;
    deadline.checked_sub(now).map(Duration::from_millis)
}
