//! The floor of a cold start with AWS: says hello, after building the same clients as `cloud::Ctx`, and calls nobody.

use std::{hint::black_box, time::Duration};

use aws_config::{BehaviorVersion, retry::RetryConfig, timeout::TimeoutConfig};
use lambda_http::{Body, Error, Request, Response, run, service_fn};

async fn hello(_request: Request) -> Result<Response<Body>, Error> {
    Ok(Response::new(Body::from("hello")))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    // As `cloud::Ctx::connect` does; the clients must outlive the loop, as a function's do.
    let timeouts =
        TimeoutConfig::builder().connect_timeout(Duration::from_secs(1)).operation_timeout(Duration::from_secs(15));
    let sdk = aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts.build())
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .load()
        .await;
    let clients = (
        aws_sdk_secretsmanager::Client::new(&sdk),
        reqwest::Client::builder().build()?,
        aws_sdk_dynamodb::Client::new(&sdk),
        aws_sdk_kms::Client::new(&sdk),
        aws_sdk_sqs::Client::new(&sdk),
    );
    run(service_fn(hello)).await?;
    drop(black_box(clients));
    Ok(())
}
