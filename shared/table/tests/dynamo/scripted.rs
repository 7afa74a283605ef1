//! A DynamoDB endpoint that answers from a script.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use aws_sdk_dynamodb::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig, timeout::TimeoutConfig},
};
use axum::{Router, body::Bytes, response::IntoResponse};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use table::DynamoTable;

/// Status and body of an answer.
pub type Answer = (u16, Value);

/// An error answer of DynamoDB.
pub fn error(status: u16, code: &str) -> Answer {
    (status, json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "from the script" }))
}

/// A cancelled transaction with these reasons, by place.
pub fn cancelled(reasons: Value) -> Answer {
    let (status, mut body) = error(400, "TransactionCanceledException");
    body["CancellationReasons"] = reasons;
    (status, body)
}

/// What was asked: the operation, and the body.
type Asked = Arc<Mutex<Vec<(String, Value)>>>;

/// A table on an endpoint that answers from a script, and then goes on with the last answer.
pub struct Scripted {
    pub table: DynamoTable,
    asked: Asked,
}

impl Scripted {
    pub async fn start(script: impl IntoIterator<Item = Answer>) -> Self {
        let script = Arc::new(Mutex::new(script.into_iter().collect::<VecDeque<_>>()));
        let asked = Asked::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::clone(&asked);
        let answer = move |headers: HeaderMap, body: Bytes| {
            let operation = headers["x-amz-target"].to_str().unwrap().rsplit('.').next().unwrap().to_owned();
            seen.lock().unwrap().push((operation, serde_json::from_slice(&body).unwrap()));
            let mut script = script.lock().unwrap();
            let next = if script.len() > 1 { script.pop_front() } else { script.front().cloned() };
            let (status, body) = next.unwrap();
            let status = StatusCode::from_u16(status).unwrap();
            async move { (status, [("content-type", "application/x-amz-json-1.0")], body.to_string()).into_response() }
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
        Self { table: table_at(endpoint), asked }
    }

    /// The operations that were asked for so far, and their bodies.
    pub fn asked(&self) -> Vec<(String, Value)> {
        self.asked.lock().unwrap().clone()
    }

    /// How many requests came, with those that the SDK repeated.
    pub fn requests(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// A table on an endpoint, with the SDK's own repetitions kept but their pauses cut short.
pub fn table_at(endpoint: String) -> DynamoTable {
    let second = std::time::Duration::from_secs(1);
    let pauses = std::time::Duration::from_millis(1);
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(pauses))
        .timeout_config(TimeoutConfig::builder().connect_timeout(second).operation_timeout(5 * second).build());
    DynamoTable::new(Client::from_conf(config.build()), "scripted")
}
