//! Vectors of texts.

use serde_json::Value;

use super::request::headers;
use crate::{
    AiTarget, EmbeddingsAnswer, EmbeddingsRequest, Refusal, Said, TokenUsage, UpstreamError, adapters::vectors,
    upstream::answers::ProviderCall,
};

/// A call of `/embeddings`.
pub(crate) fn call(target: &AiTarget, request: &EmbeddingsRequest) -> ProviderCall {
    let sent = EmbeddingsRequest { model: target.model.clone(), user: None, ..request.clone() };
    // Texts and numbers alone: it cannot fail.
    let body = serde_json::to_value(&sent).unwrap_or(Value::Null);
    ProviderCall { url: format!("{}/embeddings", target.base_url), headers: headers(target), body }
}

/// Reads vectors, and brings them to the form that was asked for.
///
/// # Errors
/// They are none, or not as many as there are texts.
pub(crate) fn answer(request: &EmbeddingsRequest, body: &[u8]) -> Result<Said<EmbeddingsAnswer>, UpstreamError> {
    let unreadable = || UpstreamError::of(Refusal::Unreadable);
    let value: Value = serde_json::from_slice(body).map_err(|_| unreadable())?;
    if value.get("error").is_some_and(|error| !error.is_null()) {
        return Err(UpstreamError::within(&value));
    }
    let mut answer: EmbeddingsAnswer = serde_json::from_value(value).map_err(|_| unreadable())?;
    answer.data.sort_by_key(|one| one.index);
    let in_order = answer.data.iter().enumerate().all(|(place, one)| u32::try_from(place) == Ok(one.index));
    if !in_order || answer.data.len() != request.texts().len() {
        return Err(unreadable());
    }
    for one in &mut answer.data {
        one.embedding = vectors::written(one.embedding.take(), request.encoding_format)?;
    }
    let tokens = answer.usage.prompt_tokens;
    let usage = (tokens > 0).then_some(TokenUsage { uncached: tokens, ..TokenUsage::default() });
    Ok(Said { answer, usage })
}
