//! The AWS that a function sees at its start: the embedded store, and one secret.

use std::collections::BTreeMap;

use axum::{Json, Router, routing::post};
use bench::Failure;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use testkit::{TABLE_NAME, memory_store};

/// A function's environment variables.
pub type Environment = BTreeMap<String, String>;

/// Serves the store and the secret until the process ends, and gives the environment of a function on them.
///
/// The endpoints are given through the SDK's own variables for single services, so that a function finds its region and
/// credentials on the same path as on AWS.
pub async fn serve() -> Result<Environment, Failure> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let secrets = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/", post(get_secret_value))).await });
    let text = str::to_owned;
    let variables = [
        ("AWS_ACCESS_KEY_ID", text("bench")),
        ("AWS_SECRET_ACCESS_KEY", text("bench")),
        ("AWS_SESSION_TOKEN", text("bench")),
        ("AWS_REGION", text("us-east-1")),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", text("256")),
        ("AWS_LAMBDA_FUNCTION_NAME", text("bench")),
        ("AWS_LAMBDA_FUNCTION_VERSION", text("$LATEST")),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", text("on-demand")),
        ("AWS_ENDPOINT_URL_DYNAMODB", memory_store().await),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets),
        ("RUKO_KMS_KEY", text("bench")),
        ("RUKO_PLATFORM_SECRET", text("platform")),
        ("RUKO_PUBLIC_URL", text("https://api.ruko.test")),
        ("RUKO_STAGE", text("bench")),
        ("RUKO_TABLE", text(TABLE_NAME)),
    ];
    Ok(variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Secrets Manager (AWS JSON 1.1), as far as a function's start needs it.
async fn get_secret_value(headers: HeaderMap) -> (StatusCode, Json<Value>) {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    if target != Some("secretsmanager.GetSecretValue") {
        return (StatusCode::BAD_REQUEST, Json(json!({ "__type": "InvalidRequestException" })));
    }
    let secret = json!({
        "ARN": "arn:aws:secretsmanager:us-east-1:000000000000:secret:platform", "Name": "platform",
        "VersionId": "1", "VersionStages": ["AWSCURRENT"], "SecretString": "bench-".repeat(11),
    });
    (StatusCode::OK, Json(secret))
}
