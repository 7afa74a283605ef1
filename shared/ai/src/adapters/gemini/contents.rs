//! A conversation in `Gemini`'s words: what the model is told stands apart, a model is `model`, and an answer of a tool names the
//! function where ours names the call.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{ChatContent, ChatMessage, ContentPart, ToolCall, UpstreamError, adapters::arguments, adapters::images};

/// What its documents allow in place of a signature, for calls that it did not make itself:
/// <https://ai.google.dev/gemini-api/docs/thought-signatures>.
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

/// What the model is told before all else, wherever it stands.
pub(super) fn system(messages: &[ChatMessage]) -> Option<Value> {
    let told = messages.iter().filter_map(|message| match message {
        ChatMessage::System { content, .. } | ChatMessage::Developer { content, .. } => Some(content.text()),
        ChatMessage::User { .. } | ChatMessage::Assistant { .. } | ChatMessage::Tool { .. } => None,
    });
    let parts: Vec<Value> = told.filter(|text| !text.is_empty()).map(|text| json!({ "text": text })).collect();
    (!parts.is_empty()).then(|| json!({ "parts": parts }))
}

/// The rest of the conversation.
///
/// # Errors
/// `Unsupported`: an image that is not in the request.
pub(super) fn conversation(messages: &[ChatMessage]) -> Result<Value, UpstreamError> {
    let mut functions: BTreeMap<&str, &str> = BTreeMap::new();
    let mut said: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in messages {
        let (role, parts) = match message {
            ChatMessage::System { .. } | ChatMessage::Developer { .. } => continue,
            ChatMessage::User { content, .. } => ("user", parts(content)?),
            ChatMessage::Assistant { content, refusal, tool_calls, .. } => {
                let mut all = content.as_ref().map(parts).transpose()?.unwrap_or_default();
                all.extend(refusal.as_ref().filter(|text| !text.is_empty()).map(|text| json!({ "text": text })));
                for (place, call) in tool_calls.iter().flatten().enumerate() {
                    functions.insert(&call.id, &call.function.name);
                    all.push(called(call, place));
                }
                ("model", all)
            }
            ChatMessage::Tool { content, tool_call_id } => {
                let name = functions.get(tool_call_id.as_str()).copied().unwrap_or("function");
                let response = json!({ "name": name, "response": response(&content.text()) });
                ("user", vec![json!({ "functionResponse": response })])
            }
        };
        match said.last_mut() {
            Some((last, all)) if *last == role => all.extend(parts),
            _ => said.push((role, parts)),
        }
    }
    let said = said.into_iter().filter(|(_, parts)| !parts.is_empty());
    Ok(said.map(|(role, parts)| json!({"role": role, "parts": parts})).collect())
}

fn parts(content: &ChatContent) -> Result<Vec<Value>, UpstreamError> {
    let mut all = Vec::new();
    for part in content.parts() {
        match part {
            ContentPart::Text { text, .. } | ContentPart::Refusal { refusal: text } if text.is_empty() => {}
            ContentPart::Text { text, .. } | ContentPart::Refusal { refusal: text } => {
                all.push(json!({ "text": text }));
            }
            ContentPart::ImageUrl { image_url } => match images::read(&image_url.url) {
                Some(images::Image::Inline { media_type, data }) => {
                    all.push(json!({"inlineData": {"mimeType": media_type, "data": data}}));
                }
                Some(images::Image::At(_)) | None => {
                    return Err(UpstreamError::unsupported(
                        "gemini reads an image in the request alone, as data: in base64",
                    ));
                }
            },
        }
    }
    Ok(all)
}

/// A call, with the signature that it came with; the first of an answer must have one.
fn called(call: &ToolCall, place: usize) -> Value {
    let function = json!({"name": call.function.name, "args": arguments::object(&call.function.arguments)});
    let signature = call.extra_content.as_ref().and_then(|extra| extra.pointer("/google/thought_signature")?.as_str());
    match signature.or((place == 0).then_some(NO_SIGNATURE)) {
        Some(signature) => json!({"functionCall": function, "thoughtSignature": signature}),
        None => json!({ "functionCall": function }),
    }
}

/// An answer of a tool as an object, which the wire wants.
fn response(text: &str) -> Value {
    match serde_json::from_str::<Value>(text) {
        Ok(value) if value.is_object() => value,
        Ok(_) | Err(_) => json!({ "result": text }),
    }
}
