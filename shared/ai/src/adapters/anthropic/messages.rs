//! A conversation in `Anthropic`'s words: what the model is told stands apart, two of one role in a row are one message, and answers
//! of tools are a person's.

use serde_json::{Value, json};

use crate::{ChatContent, ChatMessage, ContentPart, ToolCall, UpstreamError, adapters::arguments, adapters::images};

/// What the model is told before all else, wherever it stands.
pub(super) fn system(messages: &[ChatMessage]) -> Vec<Value> {
    let told = messages.iter().filter_map(|message| match message {
        ChatMessage::System { content, .. } | ChatMessage::Developer { content, .. } => Some(content),
        ChatMessage::User { .. } | ChatMessage::Assistant { .. } | ChatMessage::Tool { .. } => None,
    });
    // Images have no place there.
    told.flat_map(ChatContent::parts).filter_map(|part| block(&part).ok().flatten()).filter(is_text).collect()
}

fn is_text(block: &Value) -> bool {
    block.get("type").and_then(Value::as_str) == Some("text")
}

/// The rest of the conversation.
///
/// # Errors
/// `Unsupported`: an image that is neither in the request nor on the web.
pub(super) fn conversation(messages: &[ChatMessage]) -> Result<Value, UpstreamError> {
    let mut said: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in messages {
        let (role, blocks) = match message {
            ChatMessage::System { .. } | ChatMessage::Developer { .. } => continue,
            ChatMessage::User { content, .. } => ("user", blocks(content)?),
            ChatMessage::Assistant { content, refusal, tool_calls, .. } => {
                let mut all = content.as_ref().map(blocks).transpose()?.unwrap_or_default();
                all.extend(
                    refusal.as_ref().filter(|text| !text.is_empty()).map(|text| json!({"type": "text", "text": text})),
                );
                all.extend(tool_calls.iter().flatten().map(called));
                ("assistant", all)
            }
            ChatMessage::Tool { content, tool_call_id } => {
                let result = json!({
                    "type": "tool_result", "tool_use_id": id(tool_call_id), "content": blocks(content)?
                });
                ("user", vec![result])
            }
        };
        match said.last_mut() {
            Some((last, all)) if *last == role => all.extend(blocks),
            _ => said.push((role, blocks)),
        }
    }
    // An empty message is refused, and says nothing.
    let said = said.into_iter().filter(|(_, blocks)| !blocks.is_empty());
    Ok(said.map(|(role, blocks)| json!({"role": role, "content": blocks})).collect())
}

fn blocks(content: &ChatContent) -> Result<Vec<Value>, UpstreamError> {
    let mut all = Vec::new();
    for part in content.parts() {
        all.extend(block(&part)?);
    }
    Ok(all)
}

/// A part as a block; `None` where it is empty, which is refused.
fn block(part: &ContentPart) -> Result<Option<Value>, UpstreamError> {
    Ok(match part {
        ContentPart::Text { text, .. } | ContentPart::Refusal { refusal: text } if text.is_empty() => None,
        ContentPart::Text { text, cache_control: Some(mark) } => {
            Some(json!({"type": "text", "text": text, "cache_control": mark}))
        }
        ContentPart::Text { text, cache_control: None } | ContentPart::Refusal { refusal: text } => {
            Some(json!({"type": "text", "text": text}))
        }
        ContentPart::ImageUrl { image_url } => {
            let source = match images::read(&image_url.url) {
                Some(images::Image::Inline { media_type, data }) => {
                    json!({"type": "base64", "media_type": media_type, "data": data})
                }
                Some(images::Image::At(url)) => json!({"type": "url", "url": url}),
                None => return Err(UpstreamError::unsupported("an image is data: in base64, or at https://")),
            };
            Some(json!({"type": "image", "source": source}))
        }
    })
}

fn called(call: &ToolCall) -> Value {
    let input = arguments::object(&call.function.arguments);
    json!({"type": "tool_use", "id": id(&call.id), "name": call.function.name, "input": input})
}

/// An id with the letters that the wire takes: another provider may have given it.
fn id(given: &str) -> String {
    let plain = |one: char| if one.is_ascii_alphanumeric() || one == '_' || one == '-' { one } else { '_' };
    given.chars().map(plain).collect()
}
