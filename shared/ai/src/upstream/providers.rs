//! The providers, over HTTP.

use std::sync::OnceLock;

use async_trait::async_trait;
use cloud::{Config, Ctx};
use http::{HeaderValue, header};
use reqwest::{Client, Response, Url};
use webhooks::LocalHosts;

use super::{
    answers::{self, ProviderCall, WireDelivery},
    port::{ChunkSource, Said, Upstream},
    public_hosts, reading,
    streamed::HttpChunks,
};
use crate::{
    AiError, AiProvider, AiTarget, ChatAnswer, ChatRequest, EmbeddingsAnswer, EmbeddingsRequest, Refusal, UpstreamError,
};

/// Calls the providers. Times are for whoever waits: a call that is dropped is cut off.
pub struct Providers {
    ctx: Ctx,
    local: LocalHosts,
    to_tenants: OnceLock<Client>,
}

impl Providers {
    /// Calls over the one client of the process; servers that tenants name, over a stricter one.
    pub fn new(ctx: &Ctx) -> Self {
        let local = LocalHosts::new(ctx.config().webhook_hosts.clone());
        Self { ctx: ctx.clone(), local, to_tenants: OnceLock::new() }
    }

    async fn send(&self, target: &AiTarget, call: ProviderCall) -> Result<Response, UpstreamError> {
        let client = self.client(target)?;
        let mut request = client.post(&call.url).json(&call.body);
        for (name, value) in &call.headers {
            // A key that is no header is none of the provider's.
            let value = HeaderValue::from_str(value.expose()).map_err(|_| UpstreamError::of(Refusal::Credentials))?;
            let mut value = value;
            value.set_sensitive(true);
            request = request.header(*name, value);
        }
        let response = request.send().await.map_err(|error| reading::failed(&error))?;
        if response.status() == http::StatusCode::OK {
            return Ok(response);
        }
        let mut error = reading::refusal(response).await;
        if !target.key.expose().is_empty() {
            error.message = error.message.replace(target.key.expose().as_str(), "***");
        }
        Err(error)
    }

    fn client(&self, target: &AiTarget) -> Result<Client, UpstreamError> {
        let shared = || self.ctx.ports().http.client();
        if target.provider != AiProvider::Compatible {
            return Ok(shared());
        }
        if !public_hosts::is_acceptable(&target.base_url, &self.local) {
            let message = reading::NOT_PUBLIC.to_owned();
            return Err(UpstreamError { message, ..UpstreamError::of(Refusal::Blocked) });
        }
        let is_local = Url::parse(&target.base_url).is_ok_and(|url| self.local.allows(&url));
        if is_local { Ok(shared()) } else { Ok(self.to_tenants.get_or_init(public_hosts::client).clone()) }
    }

    fn now(&self) -> i64 {
        self.ctx.now().as_seconds()
    }
}

/// Whether the address of a compatible server may be used: HTTPS, a name of the public internet, no query; without a slash at its end.
///
/// # Errors
/// `Malformed` names `baseUrl`.
pub fn check_base_url(text: &str, config: &Config) -> Result<(), AiError> {
    let local = LocalHosts::new(config.webhook_hosts.clone());
    if public_hosts::is_acceptable(text, &local) && !text.ends_with('/') {
        return Ok(());
    }
    let message = "use https://, a host name of the public internet and a path such as /v1, without a slash at the end";
    Err(AiError::Malformed { param: Some("baseUrl".to_owned()), message: message.to_owned() })
}

#[async_trait]
impl Upstream for Providers {
    async fn chat(&self, target: &AiTarget, request: &ChatRequest) -> Result<Said<ChatAnswer>, UpstreamError> {
        let call = answers::chat_call(target, request, WireDelivery::Whole)?;
        let body = reading::answer(self.send(target, call).await?).await?;
        answers::chat_answer(target, &body, self.now())
    }

    async fn stream(&self, target: &AiTarget, request: &ChatRequest) -> Result<Box<dyn ChunkSource>, UpstreamError> {
        let call = answers::chat_call(target, request, WireDelivery::Streamed)?;
        let response = self.send(target, call).await?;
        let is_events = response
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| kind.starts_with("text/event-stream"));
        if !is_events {
            // An error with the wrong status, or a server that cannot stream.
            let body = reading::answer(response).await?;
            return Err(match serde_json::from_slice::<serde_json::Value>(&body) {
                Ok(value) if value.get("error").is_some() || value.is_array() => UpstreamError::within(&value),
                Ok(_) | Err(_) => UpstreamError::of(Refusal::Unreadable),
            });
        }
        Ok(Box::new(HttpChunks::new(response, answers::event_reader(target, self.now()))))
    }

    async fn embed(
        &self,
        target: &AiTarget,
        request: &EmbeddingsRequest,
    ) -> Result<Said<EmbeddingsAnswer>, UpstreamError> {
        let call = answers::embeddings_call(target, request)?;
        let body = reading::answer(self.send(target, call).await?).await?;
        answers::embeddings_answer(target, request, &body)
    }
}
