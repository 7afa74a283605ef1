//! The client against a scripted push service: what it sends, and what it makes of every answer.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode as Status},
    response::{IntoResponse, Response},
};
use kernel::Secret;

use super::*;

type Asked = Arc<Mutex<Vec<(HeaderMap, usize)>>>;

async fn answer(State((status, asked)): State<(u16, Asked)>, headers: HeaderMap, body: Bytes) -> Response {
    asked.lock().unwrap().push((headers, body.len()));
    (Status::from_u16(status).unwrap(), [("retry-after", "17")], "").into_response()
}

async fn send(status: u16) -> (Asked, Result<PushedTo, PushError>) {
    let asked = Asked::default();
    let router = Router::new().fallback(answer).with_state((status, Arc::clone(&asked)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let endpoint = Endpoint::parse(&format!("{base}/push/1"), Some(&base)).unwrap();
    let result = send_to(&endpoint).await;
    (asked, result)
}

async fn send_to(endpoint: &Endpoint) -> Result<PushedTo, PushError> {
    let key = VapidKey::derived(|_| Secret::new([1; 32])).unwrap();
    let keys = WebKeys::parse(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    .unwrap();
    let (http, now) = (reqwest::Client::new(), "2026-12-01T00:00:00Z".parse().unwrap());
    let id = "ntf_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let note = PushNote::new(id, ("invoice_ready", Priority::High), "Tagihan", "Rp10.000");
    let ephemeral = Ephemeral { private: [2; 32], salt: [3; 16] };
    WebPush::new(&http, &key, "https://api.ruko.example").send(&note, (endpoint, &keys), &ephemeral, now).await
}

#[tokio::test]
async fn a_message_is_encrypted_signed_and_named() {
    let (asked, result) = send(201).await;
    assert_eq!(result, Ok(PushedTo("01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned())));
    let (headers, length) = asked.lock().unwrap()[0].clone();
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(text("content-encoding"), "aes128gcm");
    assert_eq!((text("ttl"), text("urgency")), ("86400".to_owned(), "high".to_owned()));
    assert_eq!(text("topic"), "01JD2Z3M4N5P6Q7R8S9T0V1W2X");
    assert!(text("authorization").starts_with("vapid t=eyJ"));
    assert!(length > 103, "{length}");
}

#[tokio::test]
async fn answers_are_told_apart() {
    let wait = Some(Duration::from_secs(17));
    for (status, expected) in [
        (404, PushError::Gone),
        (410, PushError::Gone),
        (413, PushError::Refused("413".to_owned())),
        (400, PushError::Refused("400".to_owned())),
        (403, PushError::Refused("403".to_owned())),
        (301, PushError::Refused("301".to_owned())),
        (429, PushError::RateLimited(wait)),
        (500, PushError::Unavailable(wait)),
        (503, PushError::Unavailable(wait)),
    ] {
        assert_eq!(send(status).await.1, Err(expected), "{status}");
    }
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let endpoint = Endpoint::parse(&format!("{base}/push/1"), Some(&base)).unwrap();
    assert_eq!(send_to(&endpoint).await, Err(PushError::Unavailable(None)));
}
