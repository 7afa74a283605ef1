//! A server that speaks as `OpenAI` does and fails as it is told, each target of a chain at a path of its own.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, State},
    response::Response,
    routing::post,
    serve::ListenerExt,
};
use http::header;
use kernel::Secret;
use serde_json::{Value, json};

use crate::{AiProvider, AiTarget};

/// What a target does, each time it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scene {
    /// It answers.
    Answers,
    /// It refuses with a status.
    Refuses(u16),
    /// It says an error of this code in its first event.
    FailsFirst(u16),
    /// It says who speaks, then an error of this code.
    FailsBeforeWords(u16),
    /// It says a word, then an error of this code.
    FailsInTheMiddle(u16),
    /// It never answers.
    Hangs,
    /// It says who speaks, then nothing.
    HangsBeforeWords,
    /// It says a word, then nothing.
    HangsInTheMiddle,
    /// It says who speaks, and hangs up.
    CutBeforeWords,
    /// It says a word, and hangs up.
    CutInTheMiddle,
    /// It says a word, and ends as if that were all.
    EndsInTheMiddle,
    /// It says a word and `[DONE]`, without a reason for the end.
    DoneInTheMiddle,
}

/// The server.
pub(super) struct Stage {
    base: String,
    state: Arc<Played>,
}

#[derive(Default)]
struct Played {
    scenes: Mutex<BTreeMap<String, Scene>>,
    called: Mutex<Vec<String>>,
}

impl Stage {
    pub(super) async fn open() -> Self {
        let state = Arc::<Played>::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/{target}/chat/completions", post(play)).with_state(Arc::clone(&state));
        // Events are small: each is to leave at once.
        let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, state }
    }

    /// A target that plays a scene.
    pub(super) fn target(&self, name: &str, scene: Scene) -> AiTarget {
        self.state.scenes.lock().unwrap().insert(name.to_owned(), scene);
        AiTarget {
            model: name.to_owned(),
            base_url: format!("{}/{name}", self.base),
            key: Secret::new("sk-stage".to_owned()),
            ..super::target(AiProvider::OpenAi)
        }
    }

    /// Which targets of a cast were called, in order.
    pub(super) fn called(&self, cast: &str) -> Vec<String> {
        let called = self.state.called.lock().unwrap_or_else(PoisonError::into_inner);
        called.iter().filter(|name| name.starts_with(cast)).cloned().collect()
    }
}

async fn play(State(played): State<Arc<Played>>, Path(target): Path<String>, body: Bytes) -> Response {
    played.called.lock().unwrap().push(target.clone());
    let scene = played.scenes.lock().unwrap()[&target];
    let request: Value = serde_json::from_slice(&body).unwrap();
    let is_streamed = request["stream"] == true;
    let failed = |status: u16| json!({"error": {"message": "told to", "code": status}});
    match scene {
        Scene::Refuses(status) => Response::builder()
            .status(status)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(failed(status).to_string()))
            .unwrap(),
        Scene::Hangs => std::future::pending().await,
        Scene::Answers if !is_streamed => whole(),
        Scene::Answers => events(vec![role(), word(), finish(), used(), done()], End::Close),
        Scene::FailsFirst(status) => events(vec![failed(status)], End::Close),
        Scene::FailsBeforeWords(status) => events(vec![role(), failed(status)], End::Close),
        Scene::FailsInTheMiddle(status) => events(vec![role(), word(), failed(status)], End::Close),
        Scene::HangsBeforeWords => events(vec![role()], End::Hang),
        Scene::HangsInTheMiddle => events(vec![role(), word()], End::Hang),
        Scene::CutBeforeWords => events(vec![role()], End::Cut),
        Scene::CutInTheMiddle => events(vec![role(), word()], End::Cut),
        Scene::EndsInTheMiddle => events(vec![role(), word()], End::Close),
        Scene::DoneInTheMiddle => events(vec![role(), word(), done()], End::Close),
    }
}

fn whole() -> Response {
    let body = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "halo juga"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6}
    });
    Response::builder().header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap()
}

fn role() -> Value {
    json!({"id": "c", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": null}]})
}

fn word() -> Value {
    json!({"id": "c", "choices": [{"index": 0, "delta": {"content": "halo"}, "finish_reason": null}]})
}

fn finish() -> Value {
    json!({"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
}

fn used() -> Value {
    json!({"id": "c", "choices": [], "usage": {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6}})
}

fn done() -> Value {
    json!("[DONE]")
}

#[derive(Clone, Copy)]
enum End {
    Close,
    Cut,
    Hang,
}

fn events(values: Vec<Value>, end: End) -> Response {
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<Result<Bytes, io::Error>>(1);
    tokio::spawn(async move {
        for value in values {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if sender.send(Ok(Bytes::from(format!("data: {text}\n\n")))).await.is_err() {
                return;
            }
        }
        match end {
            End::Close => {}
            End::Cut => {
                let _ = sender.send(Err(io::Error::other("cut"))).await;
            }
            End::Hang => std::future::pending::<()>().await,
        }
    });
    let stream = futures::stream::poll_fn(move |context| receiver.poll_recv(context));
    Response::builder().header(header::CONTENT_TYPE, "text/event-stream").body(Body::from_stream(stream)).unwrap()
}
