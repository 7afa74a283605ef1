//! A range API of leaked passwords that answers as a test says.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::digest;
use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use cloud::config::ProviderUrls;
use futures::stream::{self, StreamExt};

use crate::Stack;

/// How the API answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RangeAnswer {
    /// As it should.
    #[default]
    Right,
    /// With this status, and with the right body.
    Status(u16),
    /// With a redirect to a place that would answer right.
    Redirect,
    /// With a page that is no range.
    Page,
    /// With a body that begins and does not end.
    Hanging,
    /// With more lines than anybody should read.
    Endless,
    /// With the right body, but every count 0, as padding has.
    Padding,
}

/// Knows one leaked password.
#[derive(Clone)]
pub struct RangeApi(Arc<Inner>);

struct Inner {
    url: String,
    /// Its SHA-1, in upper-case hex.
    leaked: String,
    answer: Mutex<RangeAnswer>,
    asked: Mutex<Vec<String>>,
}

impl RangeApi {
    /// Serves on a free port; `leaked` is the password that it knows.
    ///
    /// # Panics
    /// There is no port.
    #[expect(clippy::expect_used, reason = "a test that cannot start must stop")]
    pub async fn serve(leaked: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, leaked.as_bytes());
        let digits = hash.as_ref().iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02X}"));
        let api = Self(Arc::new(Inner { url, leaked: digits, answer: Mutex::default(), asked: Mutex::default() }));
        let router = Router::new().fallback(respond).with_state(api.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        api
    }

    /// A stack that asks it.
    pub async fn stack(&self) -> Stack {
        let url = Some(self.0.url.clone());
        Stack::with(ProviderUrls { breached_passwords: url, ..ProviderUrls::default() }).await
    }

    /// How it answers from now on.
    pub fn answer(&self, answer: RangeAnswer) {
        *lock(&self.0.answer) = answer;
    }

    /// Every request so far: the path, and what it asked for as padding.
    pub fn asked(&self) -> Vec<String> {
        lock(&self.0.asked).clone()
    }

    fn range(&self, count: &str) -> String {
        let suffix = self.0.leaked.get(5..).unwrap_or_default();
        format!("{:035X}:4\r\n{suffix}:{count}\r\n{:035X}:0", 0, 1)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn respond(State(api): State<RangeApi>, uri: Uri, headers: HeaderMap) -> Response {
    let padding = headers.get("add-padding").and_then(|value| value.to_str().ok()).unwrap_or("none");
    lock(&api.0.asked).push(format!("{uri} {padding}"));
    let answer = *lock(&api.0.answer);
    match answer {
        RangeAnswer::Status(code) => {
            (StatusCode::from_u16(code).unwrap_or(StatusCode::IM_A_TEAPOT), api.range("384")).into_response()
        }
        RangeAnswer::Redirect if uri.path().starts_with("/range/") => {
            Redirect::temporary(&format!("/elsewhere{}", uri.path())).into_response()
        }
        RangeAnswer::Right | RangeAnswer::Redirect => api.range("384").into_response(),
        RangeAnswer::Page => "<html>sign in to the network of this hotel</html>".into_response(),
        RangeAnswer::Hanging => {
            let begun = stream::iter([Ok::<_, Infallible>(format!("{}\r\n", api.range("384")))]);
            Body::from_stream(begun.chain(stream::pending())).into_response()
        }
        RangeAnswer::Endless => {
            let lines = format!("{}\r\n", api.range("384")).repeat(1000);
            Body::from_stream(stream::repeat(Ok::<_, Infallible>(lines))).into_response()
        }
        RangeAnswer::Padding => api.range("0").into_response(),
    }
}
