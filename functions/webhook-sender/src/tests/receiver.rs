//! A receiver on a port of its own, which answers as it is told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Uri, header};
use tokio::{net::TcpListener, sync::Notify};

/// A call that arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Arrived {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

/// What it answers.
#[derive(Clone, Debug)]
pub(crate) enum Replies {
    /// A status.
    Status(u16),
    /// A status and `Retry-After`.
    Later(u16, &'static str),
    /// Go elsewhere.
    Redirect(String),
    /// Bytes without an end.
    Endless,
    /// A head, and then nothing.
    Stuck,
    /// Nothing at all.
    Silence,
    /// A status, once it is let go.
    Held(u16),
}

#[derive(Default)]
struct Known {
    arrived: Vec<Arrived>,
    replies: VecDeque<Replies>,
}

/// The receiver.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) port: u16,
    known: Arc<Mutex<Known>>,
    called: Arc<Notify>,
    free: Arc<Notify>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            port: listener.local_addr().unwrap().port(),
            known: Arc::default(),
            called: Arc::default(),
            free: Arc::default(),
        };
        let app = Router::new().fallback(answer).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        receiver
    }

    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The next answers; 204 when there are none left.
    pub(crate) fn replies(&self, replies: impl IntoIterator<Item = Replies>) {
        self.lock().replies.extend(replies);
    }

    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.lock().arrived.clone()
    }

    /// Once a call that is held has arrived.
    pub(crate) async fn called(&self) {
        self.called.notified().await;
    }

    /// Answers the call that is held.
    pub(crate) fn let_go(&self) {
        self.free.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(State(receiver): State<Receiver>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let reply = {
        let mut known = receiver.lock();
        let body = String::from_utf8(body.to_vec()).unwrap();
        known.arrived.push(Arrived { path: uri.to_string(), headers, body });
        known.replies.pop_front().unwrap_or(Replies::Status(204))
    };
    match reply {
        Replies::Status(code) => status(code).into_response(),
        Replies::Later(code, after) => (status(code), [(header::RETRY_AFTER, after)]).into_response(),
        Replies::Redirect(to) => (http::StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Replies::Endless => {
            let chunk = Bytes::from(vec![b'x'; 8 * 1024]);
            Body::from_stream(futures::stream::repeat_with(move || Ok::<_, std::io::Error>(chunk.clone())))
                .into_response()
        }
        Replies::Stuck => {
            Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>()).into_response()
        }
        Replies::Silence => std::future::pending().await,
        Replies::Held(code) => {
            receiver.called.notify_one();
            receiver.free.notified().await;
            status(code).into_response()
        }
    }
}

fn status(code: u16) -> http::StatusCode {
    http::StatusCode::from_u16(code).unwrap()
}
