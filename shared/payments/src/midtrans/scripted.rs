//! A server for the adapter's tests that answers as told and remembers what it was asked.

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
pub(crate) enum Answer {
    /// This status and body.
    Json(u16, Value),
    /// A body that is no JSON.
    Page(u16),
    /// This status and body, with one more header.
    Told(u16, Value, [(&'static str, &'static str); 1]),
    /// Nothing for longer than the adapter waits.
    Silence,
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) text: String,
}

#[derive(Clone, Default)]
pub(crate) struct Script {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Script {
    /// A server that gives these answers one by one, and its address.
    pub(crate) async fn serve(answers: Vec<Answer>) -> (Self, String) {
        let script = Self { answers: Arc::new(Mutex::new(answers.into())), ..Self::default() };
        let router = Router::new().fallback(answer).with_state(script.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (script, url)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

async fn answer(State(script): State<Script>, verb: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let text = String::from_utf8_lossy(&body).into_owned();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    script.asked.lock().unwrap().push(Asked { line: format!("{verb} {uri}"), headers, body, text });
    let answer = script.answers.lock().unwrap().pop_front();
    match answer {
        Some(Answer::Json(status, body)) => {
            (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], body.to_string())
                .into_response()
        }
        Some(Answer::Told(status, body, header)) => {
            (StatusCode::from_u16(status).unwrap(), header, body.to_string()).into_response()
        }
        Some(Answer::Page(status)) => (StatusCode::from_u16(status).unwrap(), "<html>").into_response(),
        Some(Answer::Silence) => {
            tokio::time::sleep(Duration::from_secs(5)).await;
            StatusCode::NO_CONTENT.into_response()
        }
        None => (StatusCode::IM_A_TEAPOT, "the script has no more answers").into_response(),
    }
}
