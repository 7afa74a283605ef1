//! The client against a scripted Firebase: what it sends, and what it makes of every answer.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode as Status, Uri},
    response::{IntoResponse, Response},
};

use super::*;

#[derive(Clone, Default)]
struct Script {
    status: u16,
    body: Value,
    asked: Arc<Mutex<Vec<(String, String, Value)>>>,
}

async fn answer(State(script): State<Script>, uri: Uri, headers: HeaderMap, body: String) -> Response {
    if uri.path() == "/token" {
        let number = script.asked.lock().unwrap().len();
        return json!({"access_token": format!("ya29.{number}"), "expires_in": 3599}).to_string().into_response();
    }
    let bearer = headers["authorization"].to_str().unwrap().to_owned();
    script.asked.lock().unwrap().push((uri.path().to_owned(), bearer, serde_json::from_str(&body).unwrap()));
    let status = Status::from_u16(script.status).unwrap();
    (status, [("retry-after", "30")], script.body.to_string()).into_response()
}

fn account() -> ServiceAccount {
    let key = include_str!("vectors/rfc7515_a2.pem");
    let file =
        json!({"project_id": "toko-a", "client_email": "svc@toko-a.iam.gserviceaccount.com", "private_key": key});
    serde_json::from_value(file).unwrap()
}

async fn send(status: u16, body: Value) -> (Script, Result<PushedTo, PushError>) {
    let script = Script { status, body, asked: Arc::default() };
    let router = Router::new().fallback(answer).with_state(script.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let (http, tokens, account) = (reqwest::Client::new(), TokenCache::default(), account());
    let id = "ntf_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let note = PushNote::new(id, ("invoice_ready", Priority::High), "Tagihan", "Rp10.000");
    let to = AppToken::try_from("device:APA91b".to_owned()).unwrap();
    let fcm = Fcm::new(&http, Some(&url), &account, &tokens);
    let result = fcm.send(&note, &to, "2026-12-01T00:00:00Z".parse().unwrap()).await;
    (script, result)
}

fn refusal(code: u16, status: &str, own: Option<&str>, message: &str) -> Value {
    let own =
        own.map(|code| json!({"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}));
    let violation = json!({"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": []});
    json!({"error": {"code": code, "message": message, "status": status,
        "details": own.into_iter().chain([violation]).collect::<Vec<_>>()}})
}

#[tokio::test]
async fn a_message_is_named_and_carries_texts_alone() {
    let (script, result) = send(200, json!({"name": "projects/toko-a/messages/0:1500415314455276%31bd1c96"})).await;
    assert_eq!(result, Ok(PushedTo("projects/toko-a/messages/0:1500415314455276%31bd1c96".to_owned())));
    let (path, bearer, body) = script.asked.lock().unwrap()[0].clone();
    assert_eq!((path.as_str(), bearer.as_str()), ("/v1/projects/toko-a/messages:send", "Bearer ya29.0"));
    let message = &body["message"];
    assert_eq!(message["token"], "device:APA91b");
    assert_eq!(message["notification"], json!({"title": "Tagihan", "body": "Rp10.000"}));
    assert!(message["data"].as_object().unwrap().values().all(Value::is_string));
    assert_eq!(message["android"]["collapse_key"], "01JD2Z3M4N5P6Q7R8S9T0V1W2X");
    assert_eq!(message["apns"]["headers"]["apns-priority"], "10");
    assert!(body.to_string().len() < 4096);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let (wait, none) = (Some(Duration::from_secs(30)), PushError::Gone);
    for (status, body, expected) in [
        (404, refusal(404, "NOT_FOUND", Some("UNREGISTERED"), "Requested entity was not found."), none.clone()),
        // The tenant's secret is of another project: no device is at fault.
        (
            403,
            refusal(403, "PERMISSION_DENIED", Some("SENDER_ID_MISMATCH"), "x"),
            PushError::Refused("403 SENDER_ID_MISMATCH".to_owned()),
        ),
        (
            400,
            refusal(
                400,
                "INVALID_ARGUMENT",
                Some("INVALID_ARGUMENT"),
                "The registration token is not a valid FCM registration token",
            ),
            none,
        ),
        // The message is at fault, and no device.
        (
            400,
            refusal(400, "INVALID_ARGUMENT", None, "Invalid value at 'message.data' registration token"),
            PushError::Refused("400 INVALID_ARGUMENT".to_owned()),
        ),
        (
            400,
            refusal(400, "INVALID_ARGUMENT", Some("INVALID_ARGUMENT"), "Message too big"),
            PushError::Refused("400 INVALID_ARGUMENT".to_owned()),
        ),
        (404, json!({}), PushError::Refused("404 ".to_owned())),
        (
            401,
            refusal(401, "UNAUTHENTICATED", Some("THIRD_PARTY_AUTH_ERROR"), "x"),
            PushError::Refused("401 THIRD_PARTY_AUTH_ERROR".to_owned()),
        ),
        (401, refusal(401, "UNAUTHENTICATED", None, "x"), PushError::Unavailable(None)),
        (429, refusal(429, "RESOURCE_EXHAUSTED", Some("QUOTA_EXCEEDED"), "x"), PushError::RateLimited(wait)),
        (503, refusal(503, "UNAVAILABLE", Some("UNAVAILABLE"), "x"), PushError::Unavailable(wait)),
        (500, json!("<html>"), PushError::Unavailable(wait)),
    ] {
        assert_eq!(send(status, body.clone()).await.1, Err(expected), "{status} {body}");
    }
}
