//! The AWS services on loopback: one port for SQS, Secrets Manager, KMS, EventBridge, SES and the bucket, and the store's own port.

pub(crate) mod bucket;
pub(crate) mod email;
pub(crate) mod events;
pub(crate) mod kms;
mod mail_reports;
pub(crate) mod secrets;
pub(crate) mod sqs;
pub(crate) mod sqs_api;
pub(crate) mod store;

use std::sync::{Arc, OnceLock};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, State},
    response::Response,
};
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header::CONTENT_TYPE};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{SandboxAccounts, mailbox::Mailbox, random, time::clock::TestClock};

/// Larger than any AWS limit, so that the limits of the services answer first.
const MAX_REQUEST_BYTES: usize = 32 * 1024 * 1024;

/// The services.
pub(crate) struct Aws {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) sqs: Arc<sqs::Sqs>,
    pub(crate) bus: events::Bus,
    pub(crate) secrets: secrets::Secrets,
    pub(crate) kms: kms::Kms,
    pub(crate) store: store::Store,
    pub(crate) bucket: bucket::Bucket,
    pub(crate) mailbox: Arc<Mailbox>,
    /// Where this endpoint listens, without a trailing slash.
    pub(crate) base_url: String,
    pub(crate) client: reqwest::Client,
    /// Asks for what was written or sent to be carried on.
    pub(crate) wake: Arc<Notify>,
    /// Makes the accounts of a tenant whose secret is asked for.
    pub(crate) accounts: OnceLock<MakeAccounts>,
}

/// Makes the sandbox accounts of a tenant and their secrets.
pub(crate) type MakeAccounts = Box<dyn Fn(SandboxAccounts) -> BoxFuture<'static, ()> + Send + Sync>;

/// An error in AWS's shape.
#[derive(Clone, Debug)]
pub(crate) struct AwsError {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    /// The code of the older query protocol, which SDKs of SQS still read.
    pub(crate) query_code: Option<String>,
}

impl AwsError {
    pub(crate) fn new(status: u16, code: &str, message: &str) -> Self {
        Self { status, code: code.to_owned(), message: message.to_owned(), query_code: None }
    }

    pub(crate) fn malformed(error: &serde_json::Error) -> Self {
        Self::new(400, "SerializationException", &error.to_string())
    }

    pub(crate) fn unknown_operation(service: &str, action: &str) -> Self {
        Self::new(400, "UnknownOperationException", &format!("{service}.{action} is not played by the local cloud"))
    }
}

/// The one AWS port.
pub(crate) fn router(aws: Arc<Aws>) -> Router {
    let services = Router::new().fallback(dispatch).layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES));
    services.merge(bucket::router()).with_state(aws)
}

/// A tenant that was just made has accounts at the providers when somebody first asks for their keys.
async fn make_accounts(aws: &Aws, body: &[u8]) {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let asked = request["SecretId"].as_str().and_then(SandboxAccounts::asked_by);
    if let (Some(accounts), Some(make)) = (asked, aws.accounts.get()) {
        make(accounts).await;
    }
}

async fn dispatch(State(aws): State<Arc<Aws>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    if uri.path() == "/v2/email/outbound-emails" && method == Method::POST {
        return respond(email::answer(&aws, &headers, &body), "application/json");
    }
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (service, action) = target.split_once('.').unwrap_or_default();
    match service {
        "AmazonSQS" => {
            let answer = sqs_api::answer(&aws.sqs, &aws.base_url, action, &body).await;
            aws.wake.notify_one();
            respond(answer, "application/x-amz-json-1.0")
        }
        "AWSEvents" if action == "PutEvents" => {
            let answer = aws.bus.put_events(&aws.sqs, &aws.clock, &body);
            aws.wake.notify_one();
            respond(answer, "application/x-amz-json-1.1")
        }
        "TrentService" => respond(aws.kms.answer(action, &body), "application/x-amz-json-1.1"),
        "secretsmanager" => {
            let action = action.to_owned();
            if action == "GetSecretValue" {
                make_accounts(&aws, &body).await;
            }
            let answer = aws.secrets.answer(&action, headers, body).await;
            let mut response = Response::new(Body::from(answer.body));
            *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            *response.headers_mut() = answer.headers;
            response
        }
        "DynamoDB_20120810" | "DynamoDBStreams_20120810" => {
            let answer = forward_to_store(&aws, &headers, body).await;
            aws.wake.notify_one();
            answer
        }
        "" => respond(
            Err(AwsError::new(
                400,
                "UnknownOperationException",
                "no X-Amz-Target: this port speaks the AWS JSON protocols and SES v2",
            )),
            "application/json",
        ),
        other => respond(Err(AwsError::unknown_operation(other, action)), "application/x-amz-json-1.1"),
    }
}

async fn forward_to_store(aws: &Aws, headers: &HeaderMap, body: Bytes) -> Response {
    let mut request = aws.client.post(aws.store.url()).body(body);
    for (name, value) in headers {
        if name != http::header::HOST && name != http::header::CONTENT_LENGTH {
            request = request.header(name, value);
        }
    }
    let forwarded = async {
        let answer = request.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok::<_, reqwest::Error>((status, headers, answer.bytes().await?))
    };
    match forwarded.await {
        Ok((status, headers, bytes)) => {
            let mut response = Response::new(Body::from(bytes));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            response.headers_mut().remove(http::header::TRANSFER_ENCODING);
            response
        }
        Err(error) => {
            respond(Err(AwsError::new(500, "InternalServerError", &error.to_string())), "application/x-amz-json-1.0")
        }
    }
}

fn respond(answer: Result<Value, AwsError>, content_type: &'static str) -> Response {
    let (status, value, extra) = match answer {
        Ok(value) => (200, value, Vec::new()),
        Err(error) => {
            let mut extra = vec![(HeaderName::from_static("x-amzn-errortype"), error.code.clone())];
            if let Some(code) = error.query_code {
                extra.push((HeaderName::from_static("x-amzn-query-error"), format!("{code};Sender")));
            }
            (error.status, json!({"__type": error.code, "message": error.message}), extra)
        }
    };
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    for (name, value) in extra.into_iter().chain([(HeaderName::from_static("x-amzn-requestid"), random::uuid())]) {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    response
}
