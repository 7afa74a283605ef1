//! A tenant that set up models, and a provider on real HTTP that answers as a test says.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use allowances::PlanVersion;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::Response,
};
use cloud::config::ProviderUrls;
use http::Method;
use identity::Role;
use kernel::{Party, SubscriptionId};
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Answer, Client, Member, Stack};

/// A provider that speaks as OpenAI does.
#[derive(Clone, Default)]
pub(crate) struct Upstream(Arc<Inner>);

#[derive(Default)]
struct Inner {
    next: Mutex<VecDeque<(u16, String)>>,
    calls: Mutex<Vec<Value>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Upstream {
    /// What the next calls are answered with, before it answers as it should again.
    pub(crate) fn next(&self, answers: impl IntoIterator<Item = (u16, String)>) {
        lock(&self.0.next).extend(answers);
    }

    /// All calls so far: path, key and body.
    pub(crate) fn calls(&self) -> Vec<Value> {
        lock(&self.0.calls).clone()
    }
}

/// 2000 tokens read, of which 1500 were cached, and 500 written.
pub(crate) fn usage() -> Value {
    json!({
        "prompt_tokens": 2000, "completion_tokens": 500, "total_tokens": 2500,
        "prompt_tokens_details": { "cached_tokens": 1500 },
    })
}

fn chat() -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_795_000_000, "model": "m-1",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": "Halo!" }, "finish_reason": "stop" }],
        "usage": usage(),
    })
}

/// An answer in three events, and what it used.
pub(crate) fn events() -> String {
    let chunk = |choices: Value, usage: Value| {
        let chunk = json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_795_000_000, "model": "m-1",
            "choices": choices, "usage": usage,
        });
        format!("data: {chunk}\n\n")
    };
    let delta = |delta: Value, end: Value| json!([{ "index": 0, "delta": delta, "finish_reason": end }]);
    [
        chunk(delta(json!({ "role": "assistant", "content": "Ha" }), Value::Null), Value::Null),
        chunk(delta(json!({ "content": "lo!" }), Value::Null), Value::Null),
        chunk(delta(json!({}), json!("stop")), Value::Null),
        chunk(json!([]), usage()),
        "data: [DONE]\n\n".to_owned(),
    ]
    .concat()
}

async fn respond(State(upstream): State<Upstream>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body: Value = serde_json::from_slice(&to_bytes(body, 1 << 20).await.unwrap()).unwrap_or_default();
    let key = parts.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    lock(&upstream.0.calls).push(json!({ "path": parts.uri.path(), "key": key, "body": body }));
    let streams = body["stream"] == true;
    let scripted = lock(&upstream.0.next).pop_front();
    let (status, text) = scripted.unwrap_or_else(|| {
        let text = if parts.uri.path().ends_with("/embeddings") {
            let texts = body["input"].as_array().map_or(1, Vec::len);
            let vector = |index| json!({ "object": "embedding", "index": index, "embedding": [1, 0] });
            let data: Vec<Value> = (0..texts).map(vector).collect();
            let usage = json!({ "prompt_tokens": 4, "total_tokens": 4 });
            json!({ "object": "list", "model": "e-1", "usage": usage, "data": data }).to_string()
        } else if streams {
            events()
        } else {
            chat().to_string()
        };
        (200, text)
    });
    let kind = if streams && status == 200 { "text/event-stream" } else { "application/json" };
    Response::builder().status(status).header("content-type", kind).body(Body::from(text)).unwrap()
}

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) owner: Member,
    pub(crate) customer: Member,
    pub(crate) key: String,
    pub(crate) upstream: Upstream,
    pub(crate) client: Client,
}

/// Settings with two models of one provider, at the prices of the worked case, and one for embeddings.
pub(crate) fn settings() -> Value {
    let prices = json!({ "input": 1250, "cacheRead": 125, "cacheWrite": 1250, "output": 10_000 });
    json!({
        "providers": [{ "name": "main", "kind": "openai", "key": "sk-secret-abcdefx9Qz" }],
        "models": [
            { "name": "small", "targets": [{ "provider": "main", "model": "m-1", "prices": prices }] },
            { "name": "top", "targets": [{ "provider": "main", "model": "m-2", "prices": prices }] },
            { "name": "vectors", "targets": [{ "provider": "main", "model": "text-embedding-3-small" }] },
        ],
    })
}

/// The settings with some fields more.
#[expect(clippy::needless_pass_by_value, reason = "what a test writes out, at the call without a &")]
pub(crate) fn settings_with(more: Value) -> Value {
    let mut all = settings();
    for (name, value) in more.as_object().unwrap() {
        all[name] = value.clone();
    }
    all
}

/// A conversation of one message.
pub(crate) fn ask(model: &str) -> Value {
    json!({ "model": model, "messages": [{ "role": "user", "content": "Halo" }], "max_tokens": 100 })
}

impl World {
    /// Nothing is set up yet.
    pub(crate) async fn empty() -> Self {
        let upstream = Upstream::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let router = Router::new().fallback(respond).with_state(upstream.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let stack = Stack::with(ProviderUrls { openai: Some(url), ..ProviderUrls::default() }).await;
        let (_, owner) = stack.tenant("toko-a").await;
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let key = stack.api_key(&owner, &["ai:use"]).await;
        let client = Client::new(crate::function(stack.loose()));
        Self { stack, owner, customer, key, upstream, client }
    }

    /// With the settings above and these fields more.
    pub(crate) async fn with(more: Value) -> Self {
        let world = Self::empty().await;
        let answer = world.put(settings_with(more)).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        world
    }

    /// The owner replaces the settings.
    pub(crate) async fn put(&self, settings: Value) -> Answer {
        self.client.call(Method::PUT, "/api/v1/ai/settings").bearer(&self.owner.token).json(settings).send().await
    }

    /// The server asks a model.
    pub(crate) async fn chat(&self, body: Value) -> Answer {
        self.chat_as(&self.key, body).await
    }

    /// Somebody asks a model.
    pub(crate) async fn chat_as(&self, token: &str, body: Value) -> Answer {
        self.client.post("/api/v1/ai/chat/completions", body).bearer(token).send().await
    }

    /// The owner looks at something.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.client.get(format!("/api/v1/ai/{path}")).bearer(&self.owner.token).send().await
    }

    /// The customer has a plan.
    pub(crate) async fn customer_has(&self, plan: &str) {
        let ctx = self.stack.ctx();
        let party = Party::Customer(self.stack.customer_of(&self.customer).await);
        let (subscription, plan) = (SubscriptionId::new(ctx.new_ulid()), PlanVersion::new(plan, 1));
        let mut transaction = Transaction::new();
        allowances::in_force(&mut transaction, self.customer.scope, party, subscription, Some(plan.into())).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }

    /// The rows of requests.
    pub(crate) async fn used(&self) -> Vec<Value> {
        let rows = self.stack.rows().await;
        rows.into_iter().filter(|row| row["PK"].as_str().is_some_and(|key| key.contains("#AIUSE#"))).collect()
    }

    /// How many interactions the month has.
    pub(crate) async fn interactions(&self) -> i64 {
        let rows = self.stack.rows().await;
        let of_ai = |row: &Value| row["SK"].as_str().is_some_and(|key| key.starts_with("ai_interactions#"));
        rows.iter().find(|row| of_ai(row)).and_then(|row| row["used"].as_i64()).unwrap_or_default()
    }
}
