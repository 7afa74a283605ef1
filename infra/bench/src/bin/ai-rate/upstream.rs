//! A provider that answers at once, in OpenAI's form.

use axum::{Json, Router, routing::post};
use bench::Failure;
use serde_json::{Value, json};

/// What is asked.
pub(crate) fn question() -> Value {
    json!({ "model": "bench", "max_tokens": 20, "messages": [{ "role": "user", "content": "Say hello in one sentence." }] })
}

/// Serves it on a free port; answers its base URL.
pub(crate) async fn serve() -> Result<String, Failure> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/v1", listener.local_addr()?);
    let router = Router::new().route("/v1/chat/completions", post(|_: Json<Value>| async { Json(answer()) }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}

fn answer() -> Value {
    json!({
        "id": "chatcmpl-bench", "object": "chat.completion", "created": 1_795_000_000, "model": "bench",
        "choices": [{
            "index": 0, "finish_reason": "stop",
            "message": { "role": "assistant", "content": "Hello, and a very good day to you." },
        }],
        "usage": { "prompt_tokens": 14, "completion_tokens": 10, "total_tokens": 24 },
    })
}
