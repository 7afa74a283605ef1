//! What the adapters share: a target of each provider, a conversation that has everything, and streams in pieces of any size.

use kernel::Secret;
use serde_json::{Value, json};

use crate::{
    AiProvider, AiTarget, ChatAnswer, ChatChunk, ChatRequest, TokenPrice, TokenRates, UpstreamError,
    upstream::{sse::SseParser, streamed::ChunkReader},
};

pub(super) fn target(provider: AiProvider, model: &str) -> AiTarget {
    AiTarget {
        provider,
        model: model.to_owned(),
        base_url: "https://api.example".to_owned(),
        key: Secret::new("sk-secret".to_owned()),
        account: "tnt_1".to_owned(),
        price: TokenPrice { rates: TokenRates { uncached: 1, cache_read: 1, cache_write: 1, output: 1 }, long: None },
        context_tokens: None,
    }
}

pub(super) fn request(value: Value) -> ChatRequest {
    let request: ChatRequest = serde_json::from_value(value).unwrap();
    request.check().unwrap();
    request
}

/// A conversation with all that there is: two systems, an image, two calls and their answers.
pub(super) fn everything() -> ChatRequest {
    request(json!({
        "model": "chain",
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "name": "ann", "content": [
                {"type": "text", "text": "look", "cache_control": {"type": "ephemeral"}},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
            ]},
            {"role": "assistant", "content": "", "tool_calls": [
                {"id": "call:1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Jakarta\"}"},
                 "extra_content": {"google": {"thought_signature": "sig"}}},
                {"id": "call:2", "type": "function", "function": {"name": "clock", "arguments": ""}}
            ]},
            {"role": "tool", "tool_call_id": "call:1", "content": "{\"degrees\":31}"},
            {"role": "tool", "tool_call_id": "call:2", "content": "noon"},
            {"role": "developer", "content": "in Indonesian"},
            {"role": "user", "content": "and now?"}
        ],
        "max_tokens": 256, "temperature": 0.5, "top_p": 0.9, "seed": 7, "stop": "END", "parallel_tool_calls": false,
        "tools": [
            {"type": "function", "function": {"name": "weather", "description": "The weather", "parameters": {"type": "object"}}},
            {"type": "function", "function": {"name": "clock"}}
        ],
        "tool_choice": "required", "reasoning_effort": "low", "user": "u-1", "frequency_penalty": 0.5, "logit_bias": null
    }))
}

/// The chunks of a stream that comes in pieces of `size` bytes.
pub(super) fn read(mut reader: impl ChunkReader, text: &str, size: usize) -> Result<Vec<ChatChunk>, UpstreamError> {
    let (mut parser, mut chunks) = (SseParser::default(), Vec::new());
    for piece in text.as_bytes().chunks(size) {
        for event in parser.feed(piece).unwrap() {
            if !reader.is_over() {
                chunks.extend(reader.read(&event)?);
            }
        }
    }
    if let Some(event) = parser.finish().filter(|_| !reader.is_over()) {
        chunks.extend(reader.read(&event)?);
    }
    if !reader.is_over() {
        chunks.extend(reader.end()?);
    }
    Ok(chunks)
}

/// The answer that chunks add up to, as a client does it.
pub(super) fn sum(chunks: &[ChatChunk]) -> Value {
    let (mut words, mut thoughts, mut calls, mut reason, mut usage) =
        (String::new(), String::new(), Vec::<(String, String, String)>::new(), Value::Null, None);
    for chunk in chunks {
        usage = chunk.usage.map(|usage| usage.normalised()).or(usage);
        for choice in &chunk.choices {
            words.push_str(choice.delta.content.as_deref().unwrap_or_default());
            thoughts.push_str(choice.delta.reasoning_content.as_deref().unwrap_or_default());
            for call in choice.delta.tool_calls.iter().flatten() {
                let place = usize::try_from(call.index).unwrap();
                if place == calls.len() {
                    calls.push(Default::default());
                }
                let (id, name, arguments) = &mut calls[place];
                id.push_str(call.id.as_deref().unwrap_or_default());
                if let Some(function) = &call.function {
                    name.push_str(function.name.as_deref().unwrap_or_default());
                    arguments.push_str(function.arguments.as_deref().unwrap_or_default());
                }
            }
            if let Some(finish) = choice.finish_reason {
                assert!(reason.is_null(), "it ends once");
                reason = json!(finish);
            }
        }
    }
    json!({"words": words, "thoughts": thoughts, "calls": calls, "reason": reason, "usage": usage})
}

/// The same of a whole answer.
pub(super) fn whole(answer: &ChatAnswer) -> Value {
    let choice = &answer.choices[0];
    let calls = choice.message.tool_calls.iter().flatten();
    let calls: Vec<_> =
        calls.map(|call| (call.id.clone(), call.function.name.clone(), call.function.arguments.clone())).collect();
    json!({
        "words": choice.message.content.clone().unwrap_or_default(),
        "thoughts": choice.message.reasoning_content.clone().unwrap_or_default(),
        "calls": calls, "reason": choice.finish_reason, "usage": answer.usage.map(|usage| usage.normalised()),
    })
}
