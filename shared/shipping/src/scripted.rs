//! A server for the adapters' tests that answers as told and remembers what it was asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::Value;

/// One answer.
pub(crate) enum CarrierAnswer {
    /// This status and body.
    Json(u16, Value),
    /// Nothing for longer than the adapter waits.
    Silence,
}

/// One request: its line, its headers and its body.
pub(crate) type CarrierCall = (String, HeaderMap, String);

#[derive(Clone, Default)]
pub(crate) struct CarrierScript {
    answers: Arc<Mutex<VecDeque<CarrierAnswer>>>,
    asked: Arc<Mutex<Vec<CarrierCall>>>,
}

impl CarrierScript {
    /// A server that gives these answers one by one, and its address.
    pub(crate) async fn serve(answers: Vec<CarrierAnswer>) -> (Self, String) {
        let script = Self { answers: Arc::new(Mutex::new(answers.into())), ..Self::default() };
        let router = Router::new().fallback(answer).with_state(script.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (script, url)
    }

    pub(crate) fn asked(&self) -> Vec<CarrierCall> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|(line, ..)| line).collect()
    }
}

async fn answer(
    State(script): State<CarrierScript>,
    verb: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = String::from_utf8_lossy(&body).into_owned();
    script.asked.lock().unwrap().push((format!("{verb} {uri}"), headers, text));
    let answer = script.answers.lock().unwrap().pop_front();
    match answer {
        Some(CarrierAnswer::Json(status, body)) => {
            (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], body.to_string())
                .into_response()
        }
        Some(CarrierAnswer::Silence) => {
            tokio::time::sleep(Duration::from_secs(5)).await;
            StatusCode::NO_CONTENT.into_response()
        }
        None => (StatusCode::IM_A_TEAPOT, "the script has no more answers").into_response(),
    }
}
