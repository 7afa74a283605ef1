//! Our gateway over HTTP, with a tenant that has set up the mock upstream and a budget.

use bench::{Failure, context, sealed};
use cloud::{
    Function,
    config::{Limits, ProviderUrls},
};
use http::Method;
use serde_json::json;
use std::sync::Arc;
use table::DynamoTable;
use testkit::{Client, Stack, TABLE_NAME, store_client};

use crate::Candidate;

/// Serves it on a free port.
pub(crate) async fn serve(upstream: &str) -> Result<Candidate, Failure> {
    let stack = Stack::with(ProviderUrls { openai: Some(upstream.to_owned()), ..ProviderUrls::default() }).await;
    let (_, owner) = stack.tenant("toko").await;
    let table = DynamoTable::new(store_client(&stack.store), TABLE_NAME);
    let function = ai_gateway_api::function(context(&stack, sealed(&stack, Arc::new(table)), Limits::Loose));
    let prices = json!({ "input": 150, "cacheRead": 75, "cacheWrite": 150, "output": 600 });
    let settings = json!({
        "providers": [{ "name": "mock", "kind": "openai", "key": "sk-mock-bench" }],
        "models": [{ "name": "bench", "targets": [{ "provider": "mock", "model": "bench", "prices": prices }] }],
        "monthNanoUsd": 1_000_000_000_000_000_i64,
    });
    let client = Client::new(function.clone());
    let call = client.call(Method::PUT, "/api/v1/ai/settings").bearer(&owner.token).json(settings);
    let answer = call.send().await;
    if answer.status != 200 {
        return Err(answer.snapshot().into());
    }
    let key = stack.api_key(&owner, &["ai:use"]).await;
    let Function::Http(router) = function else { return Err("the gateway is no function of HTTP".into()) };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/api/v1/ai/chat/completions", listener.local_addr()?);
    tokio::spawn(async move {
        // The store lives as long as whoever asks it.
        let _stack = stack;
        axum::serve(listener, router).await
    });
    let headers = vec![("authorization", format!("Bearer {key}"))];
    Ok(Candidate { name: "ours", url, headers, process: std::process::id() })
}
