//! A resolver of TXT records over HTTPS that answers as a test says.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use cloud::config::ProviderUrls;
use serde_json::{Value, json};

use crate::Stack;

/// Knows the TXT records that a test sets.
#[derive(Clone)]
pub struct Resolver(Arc<Inner>);

struct Inner {
    url: String,
    records: Mutex<BTreeMap<String, Vec<String>>>,
    status: Mutex<Option<u16>>,
}

impl Resolver {
    /// Serves on a free port.
    ///
    /// # Panics
    /// There is no port.
    #[expect(clippy::expect_used, reason = "a test that cannot start must stop")]
    pub async fn serve() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/dns-query", listener.local_addr().expect("an address"));
        let resolver = Self(Arc::new(Inner { url, records: Mutex::default(), status: Mutex::default() }));
        let router = Router::new().fallback(respond).with_state(resolver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        resolver
    }

    /// A stack that asks it.
    pub async fn stack(&self) -> Stack {
        Stack::with(ProviderUrls { dns: Some(self.0.url.clone()), ..ProviderUrls::default() }).await
    }

    /// Sets the TXT records of a name; none takes the name away.
    pub fn set(&self, name: &str, texts: &[&str]) {
        let texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
        lock(&self.0.records).insert(name.to_owned(), texts);
    }

    /// Answers with this status from now on; `None` as it should.
    pub fn fail(&self, status: Option<u16>) {
        *lock(&self.0.status) = status;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn respond(State(resolver): State<Resolver>, Query(asked): Query<BTreeMap<String, String>>) -> Response {
    if let Some(status) = *lock(&resolver.0.status) {
        return StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT).into_response();
    }
    let name = asked.get("name").cloned().unwrap_or_default();
    let texts = lock(&resolver.0.records).get(&name).cloned().unwrap_or_default();
    if texts.is_empty() || asked.get("type").map(String::as_str) != Some("TXT") {
        return Json(json!({ "Status": 3 })).into_response();
    }
    let of = |text: &String| json!({"name": name, "type": 16, "TTL": 60, "data": format!("\"{text}\"")});
    let answer: Vec<Value> = texts.iter().map(of).collect();
    Json(json!({ "Status": 0, "Answer": answer })).into_response()
}
