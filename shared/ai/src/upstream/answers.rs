//! From a provider to how it is spoken with.

use kernel::Secret;
use serde_json::Value;

use super::streamed::ChunkReader;
use crate::{
    AiProvider, AiTarget, ChatAnswer, ChatRequest, EmbeddingsAnswer, EmbeddingsRequest, Refusal, Said, UpstreamError,
    adapters::{anthropic, gemini, openai},
};

/// How an answer is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WireDelivery {
    /// Whole.
    Whole,
    /// As it is made.
    Streamed,
}

/// A call of a provider.
#[derive(Debug)]
pub(crate) struct ProviderCall {
    pub(crate) url: String,
    /// The headers; one of them holds the key.
    pub(crate) headers: Vec<(&'static str, Secret<String>)>,
    pub(crate) body: Value,
}

pub(super) fn chat_call(
    target: &AiTarget,
    request: &ChatRequest,
    delivery: WireDelivery,
) -> Result<ProviderCall, UpstreamError> {
    match target.provider {
        AiProvider::OpenAi | AiProvider::DeepSeek | AiProvider::Compatible => {
            openai::request::chat(target, request, delivery)
        }
        AiProvider::Anthropic => anthropic::request::chat(target, request, delivery),
        AiProvider::Gemini => gemini::request::chat(target, request, delivery),
    }
}

pub(super) fn chat_answer(target: &AiTarget, body: &[u8], now: i64) -> Result<Said<ChatAnswer>, UpstreamError> {
    match target.provider {
        AiProvider::OpenAi | AiProvider::DeepSeek | AiProvider::Compatible => openai::answer::chat(body),
        AiProvider::Anthropic => anthropic::answer::chat(body, now),
        AiProvider::Gemini => gemini::answer::chat(body, now),
    }
}

pub(super) fn event_reader(target: &AiTarget, now: i64) -> Box<dyn ChunkReader> {
    match target.provider {
        AiProvider::OpenAi | AiProvider::DeepSeek | AiProvider::Compatible => {
            Box::new(openai::events::OpenAiEvents::default())
        }
        AiProvider::Anthropic => Box::new(anthropic::events::AnthropicEvents::new(now)),
        AiProvider::Gemini => Box::new(gemini::events::GeminiEvents::new(now)),
    }
}

pub(super) fn embeddings_call(target: &AiTarget, request: &EmbeddingsRequest) -> Result<ProviderCall, UpstreamError> {
    match target.provider {
        AiProvider::OpenAi | AiProvider::Compatible => Ok(openai::embeddings::call(target, request)),
        AiProvider::Gemini => gemini::embeddings::call(target, request),
        AiProvider::Anthropic | AiProvider::DeepSeek => {
            Err(UpstreamError::unsupported(format!("{} makes no embeddings", target.provider)))
        }
    }
}

pub(super) fn embeddings_answer(
    target: &AiTarget,
    request: &EmbeddingsRequest,
    body: &[u8],
) -> Result<Said<EmbeddingsAnswer>, UpstreamError> {
    match target.provider {
        AiProvider::OpenAi | AiProvider::Compatible => openai::embeddings::answer(request, body),
        AiProvider::Gemini => gemini::embeddings::answer(target, request, body),
        AiProvider::Anthropic | AiProvider::DeepSeek => Err(UpstreamError::of(Refusal::Unsupported)),
    }
}
