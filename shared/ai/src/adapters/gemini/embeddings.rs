//! Vectors of texts.

use serde_json::{Value, json};

use super::request;
use crate::{
    AiTarget, EmbeddingsAnswer, EmbeddingsRequest, OneEmbedding, Refusal, Said, TokenUsage, UpstreamError,
    adapters::vectors, upstream::answers::ProviderCall,
};

/// A call of `:batchEmbedContents`.
///
/// # Errors
/// `Unsupported`: a name that is no model's.
pub(crate) fn call(target: &AiTarget, request: &EmbeddingsRequest) -> Result<ProviderCall, UpstreamError> {
    let one = |text: &&str| {
        let mut one = json!({"model": format!("models/{}", target.model), "content": {"parts": [{ "text": text }]}});
        if let (Some(dimensions), Some(one)) = (request.dimensions, one.as_object_mut()) {
            one.insert("outputDimensionality".to_owned(), json!(dimensions));
        }
        one
    };
    let requests: Vec<Value> = request.texts().iter().map(one).collect();
    request::call(target, "batchEmbedContents", json!({ "requests": requests }))
}

/// Reads vectors, and brings them to the form that was asked for.
///
/// # Errors
/// They are none, or not as many as there are texts.
pub(crate) fn answer(
    target: &AiTarget,
    request: &EmbeddingsRequest,
    body: &[u8],
) -> Result<Said<EmbeddingsAnswer>, UpstreamError> {
    let unreadable = || UpstreamError::of(Refusal::Unreadable);
    let mut value: Value = serde_json::from_slice(body).map_err(|_| unreadable())?;
    let vectors = value.get_mut("embeddings").and_then(Value::as_array_mut).map(std::mem::take);
    let vectors = vectors.filter(|all| all.len() == request.texts().len()).ok_or_else(unreadable)?;
    let mut data = Vec::with_capacity(vectors.len());
    for (index, mut vector) in (0..).zip(vectors) {
        let values = vector.get_mut("values").map(Value::take).ok_or_else(unreadable)?;
        data.push(OneEmbedding::new(index, vectors::written(values, request.encoding_format)?));
    }
    let tokens = value.pointer("/usageMetadata/promptTokenCount").and_then(Value::as_u64).filter(|tokens| *tokens > 0);
    let usage = tokens.map(|tokens| TokenUsage { uncached: tokens, ..TokenUsage::default() });
    Ok(Said { answer: EmbeddingsAnswer::new(target.model.clone(), data, tokens.unwrap_or(0)), usage })
}
