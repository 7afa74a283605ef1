//! A request, nearly as it came.

use kernel::Secret;
use serde_json::{Value, json};

use crate::{
    AiProvider, AiTarget, ChatContent, ChatMessage, ChatRequest, ContentPart, ResponseFormat, StreamOptions,
    UpstreamError,
    upstream::answers::{ProviderCall, WireDelivery},
};

/// Fields beside ours that `DeepSeek` knows.
const DEEPSEEK_KNOWS: [&str; 5] = ["frequency_penalty", "logprobs", "presence_penalty", "thinking", "top_logprobs"];

/// A call of `/chat/completions`.
///
/// # Errors
/// `Unsupported`: images, to `DeepSeek`.
pub(crate) fn chat(
    target: &AiTarget,
    request: &ChatRequest,
    delivery: WireDelivery,
) -> Result<ProviderCall, UpstreamError> {
    let mut sent = request.clone();
    sent.model.clone_from(&target.model);
    sent.rest.retain(|_, value| !value.is_null());
    let streamed = delivery == WireDelivery::Streamed;
    sent.stream = Some(streamed);
    let options = StreamOptions { include_usage: Some(true), include_obfuscation: None };
    sent.stream_options = streamed.then_some(options);
    for message in &mut sent.messages {
        plain(message, target.provider);
    }
    match target.provider {
        AiProvider::DeepSeek => for_deepseek(&mut sent)?,
        AiProvider::Compatible => older(&mut sent),
        AiProvider::OpenAi | AiProvider::Anthropic | AiProvider::Gemini => {
            sent.max_completion_tokens = request.output_bound();
            sent.max_tokens = None;
        }
    }
    let body = serde_json::to_value(&sent).map_err(|_| UpstreamError::unsupported("the request cannot be written"))?;
    Ok(ProviderCall { url: format!("{}/chat/completions", target.base_url), headers: headers(target), body })
}

pub(super) fn headers(target: &AiTarget) -> Vec<(&'static str, Secret<String>)> {
    if target.key.expose().is_empty() {
        return Vec::new();
    }
    vec![("authorization", Secret::new(format!("Bearer {}", target.key.expose())))]
}

/// Takes away what other providers' wires have beside this one's.
fn plain(message: &mut ChatMessage, provider: AiProvider) {
    match message {
        ChatMessage::System { content, .. }
        | ChatMessage::Developer { content, .. }
        | ChatMessage::User { content, .. }
        | ChatMessage::Tool { content, .. } => unmark(content),
        ChatMessage::Assistant { content, tool_calls, .. } => {
            if let Some(content) = content {
                unmark(content);
            }
            for call in tool_calls.iter_mut().flatten().filter(|_| provider != AiProvider::Compatible) {
                call.extra_content = None;
            }
        }
    }
}

fn unmark(content: &mut ChatContent) {
    let ChatContent::Parts(parts) = content else { return };
    for part in parts {
        if let ContentPart::Text { cache_control, .. } = part {
            *cache_control = None;
        }
    }
}

/// The older names, which every server knows.
fn older(sent: &mut ChatRequest) {
    sent.max_tokens = sent.output_bound();
    sent.max_completion_tokens = None;
    for message in &mut sent.messages {
        if let ChatMessage::Developer { content, name } = message {
            *message = ChatMessage::System { content: content.clone(), name: name.clone() };
        }
    }
}

/// It reads text alone, holds answers to no schema, and has a switch of its own for thinking.
fn for_deepseek(sent: &mut ChatRequest) -> Result<(), UpstreamError> {
    older(sent);
    for message in &sent.messages {
        let content = match message {
            ChatMessage::System { content, .. }
            | ChatMessage::Developer { content, .. }
            | ChatMessage::User { content, .. }
            | ChatMessage::Tool { content, .. } => Some(content),
            ChatMessage::Assistant { content, .. } => content.as_ref(),
        };
        let parts = content.map(ChatContent::parts).unwrap_or_default();
        if parts.iter().any(|part| matches!(part, ContentPart::ImageUrl { .. })) {
            return Err(UpstreamError::unsupported("deepseek reads no images"));
        }
    }
    if let Some(ResponseFormat::JsonSchema { json_schema }) = &sent.response_format {
        let schema = json_schema.schema.clone().map_or_else(|| json!({}), Value::Object);
        let told = format!("Answer with one JSON object of this schema and nothing else: {schema}");
        sent.messages.insert(0, ChatMessage::system(told));
        sent.response_format = Some(ResponseFormat::JsonObject);
    }
    sent.parallel_tool_calls = None;
    sent.reasoning_effort = None;
    sent.seed = None;
    sent.n = None;
    sent.rest.retain(|field, _| DEEPSEEK_KNOWS.contains(&field.as_str()));
    Ok(())
}
