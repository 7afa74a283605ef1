//! The surroundings of a deployed stack, over HTTP, with an emulator that shows what the test tells it to.

use std::sync::Mutex;

use axum::{
    Json, Router,
    extract::{Path, State},
    response::IntoResponse,
    routing::{any, get, post},
};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::*;

/// An emulator: what its queues hold, and every call that was made to it.
#[derive(Default)]
struct Scripted {
    queues: Mutex<Value>,
    calls: Mutex<Vec<(String, Value)>>,
}

type Shared = State<Arc<Scripted>>;

const WORK: &str = "http://localhost/0/s-work";

impl Scripted {
    fn hold(&self, queue: &str, body: &str) {
        let message = json!({"MessageId": body, "Body": body, "IsVisible": true, "ReceiveCount": 1});
        *self.queues.lock().unwrap() = json!({ "http://localhost/0/s-work": [], queue: [message] });
    }

    fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/_ministack/sqs/messages", get(shown_queues))
            .route("/_ministack/ses/messages", get(shown_mail))
            .route("/", post(call))
            .route("/2015-03-31/functions/{name}/invocations", post(invoked))
            .route("/api/{*path}", any(echo))
            .with_state(self)
    }
}

async fn shown_queues(State(scripted): Shared) -> Json<Value> {
    Json(json!({"messages": {"0": {"us-east-1": *scripted.queues.lock().unwrap()}}}))
}

async fn shown_mail() -> Json<Value> {
    let mail = json!({"MessageId": "1", "Source": "no-reply@ruko.test", "To": ["a@b.example"], "Subject": "Hello",
        "BodyText": "Hello.", "BodyHtml": null});
    Json(json!({"messages": {"0": [mail]}}))
}

async fn call(State(scripted): Shared, headers: HeaderMap, body: String) -> axum::response::Response {
    let body: Value = serde_json::from_str(&body).unwrap();
    let target = headers["x-amz-target"].to_str().unwrap().to_owned();
    let known = target.starts_with("secretsmanager.") && scripted.calls.lock().unwrap().iter().any(|(_, b)| *b == body);
    scripted.calls.lock().unwrap().push((target, body));
    if known {
        return (StatusCode::BAD_REQUEST, Json(json!({"__type": "ResourceExistsException"}))).into_response();
    }
    Json(json!({"Successful": [{"MessageId": "copy"}], "Failed": []})).into_response()
}

async fn invoked(State(scripted): Shared, Path(function): Path<String>, Json(event): Json<Value>) -> Json<Value> {
    scripted.calls.lock().unwrap().push((function, event));
    Json(Value::Null)
}

/// The deployed API.
async fn echo(uri: http::Uri, headers: HeaderMap, body: String) -> impl IntoResponse {
    let said = headers.get("x-said").cloned().unwrap_or_else(|| http::HeaderValue::from_static("nothing"));
    (StatusCode::ACCEPTED, [("x-heard", said)], format!("{uri} {body}"))
}

/// The surroundings at a base URL, and their emulator.
async fn surrounded() -> (String, Arc<Scripted>, JoinSet<()>) {
    let scripted = Arc::new(Scripted::default());
    scripted.hold(WORK, "one");
    let mut serving = JoinSet::new();
    let emulator = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let aws = format!("http://{}", emulator.local_addr().unwrap());
    let router = Arc::clone(&scripted).router();
    serving.spawn(async move { axum::serve(emulator, router).await.unwrap() });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let control = listener.local_addr().unwrap();
    let (api, outputs) = (format!("{aws}/api"), PathBuf::new());
    let place = Place {
        api,
        aws,
        outputs,
        control,
        midtrans: control,
        stripe: control,
        telegram: control,
        twilio: control,
        breached_passwords: control,
        carriers: control,
    };
    let outputs = Outputs::of([("WorkQueueUrl", WORK), ("SweeperFunctionName", "sweeper")]);
    let router = control::router(Arc::new(surround(&place, &outputs).unwrap()));
    serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
    (format!("http://{control}"), scripted, serving)
}

async fn control_call(base: &str, path: &str) -> (u16, Value) {
    let answer = reqwest::Client::new().post(format!("{base}/_local/{path}")).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn draining_waits_for_the_queues_and_remembers_what_they_carried() {
    let (base, scripted, _serving) = surrounded().await;
    let drained = tokio::spawn({
        let base = base.clone();
        async move { control_call(&base, "drain").await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!drained.is_finished(), "a queue holds a message");
    *scripted.queues.lock().unwrap() = json!({ WORK: [] });
    assert_eq!(drained.await.unwrap(), (200, json!({"drained": true})));

    assert_eq!(control_call(&base, "queues/WorkQueue/redeliver").await, (200, json!({"redelivered": 1})));
    let sent = json!({"QueueUrl": WORK, "Entries": [{"Id": "0", "MessageBody": "one"}]});
    assert_eq!(*scripted.calls.lock().unwrap(), [("AmazonSQS.SendMessageBatch".to_owned(), sent)]);
}

#[tokio::test]
async fn a_dead_letter_ends_the_waiting() {
    let (base, scripted, _serving) = surrounded().await;
    scripted.hold("http://localhost/0/s-work-dlq", "poison");
    let (status, problem) = control_call(&base, "drain").await;
    assert_eq!((status, &problem["detail"]), (500, &json!("a message ended in s-work-dlq: poison")));
}

#[tokio::test]
async fn a_queue_whose_messages_nobody_saw_cannot_send_them_again() {
    let (base, _, _serving) = surrounded().await;
    let (status, problem) = control_call(&base, "queues/WorkQueue/redeliver").await;
    assert_eq!(status, 500);
    assert!(problem["detail"].as_str().unwrap().contains("WorkQueue"), "{problem}");
}

#[tokio::test]
async fn mail_is_collected_once() {
    let (base, _, _serving) = surrounded().await;
    for _ in 0..2 {
        let inbox: Value =
            reqwest::get(format!("{base}/_local/messages?to=a@b.example")).await.unwrap().json().await.unwrap();
        assert_eq!(inbox["messages"].as_array().unwrap().len(), 1);
        assert_eq!(inbox["messages"][0]["text"], "Hello.");
    }
}

#[tokio::test]
async fn a_tenants_accounts_are_entered_once_into_the_stacks_secrets() {
    let (base, scripted, _serving) = surrounded().await;
    for _ in 0..2 {
        assert_eq!(control_call(&base, "tenants/tnt_01/providers").await.0, 200);
    }
    let calls = scripted.calls.lock().unwrap();
    let names: Vec<&Value> = calls.iter().map(|(_, body)| &body["Name"]).collect();
    let expected = ["easypost", "fcm", "midtrans", "rajaongkir", "stripe", "telegram", "twilio"]
        .map(|provider| json!(format!("ruko/test/tenants/tnt_01/{provider}")));
    assert_eq!(names, expected.iter().chain(&expected).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_clock_only_moves_forward() {
    let (base, scripted, _serving) = surrounded().await;
    *scripted.queues.lock().unwrap() = json!({});
    let move_clock = |body: Value| reqwest::Client::new().post(format!("{base}/_local/clock")).json(&body).send();
    assert_eq!(move_clock(json!({"set": "2020-01-01T00:00:00Z"})).await.unwrap().status(), 422);
    let before = now_at(&base).await;
    assert_eq!(move_clock(json!({"advance": "10m"})).await.unwrap().status(), 200);
    assert!(now_at(&base).await >= before + jiff::SignedDuration::from_mins(10));
    let sweep = ("sweeper".to_owned(), json!({}));
    assert_eq!(*scripted.calls.lock().unwrap(), [sweep.clone(), sweep], "what fell due, and what came of it");
}

async fn now_at(base: &str) -> jiff::Timestamp {
    let clock: Value = reqwest::get(format!("{base}/_local/clock")).await.unwrap().json().await.unwrap();
    clock["now"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn what_comes_to_the_public_url_goes_on_to_the_api() {
    let (base, _, _serving) = surrounded().await;
    let request = reqwest::Client::new().post(format!("{base}/api/v1/webhooks/x?y=1"));
    let answer = request.header("x-said", "hello").body("signed").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["x-heard"].to_str().unwrap()), (202, "hello"));
    assert_eq!(answer.text().await.unwrap(), "/api/api/v1/webhooks/x?y=1 signed");
}
