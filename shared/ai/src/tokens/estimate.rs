//! How many tokens a request has at most, from its length: cheap, and hardly ever too few.
//!
//! A token of the usual alphabets is about four bytes of English and rarely less than 3.6 of anything; images count as many as
//! the dearest of the providers takes for a large one.

use serde_json::Value;

use crate::{ChatMessage, ChatRequest, ContentPart, EmbeddingsRequest, TokenUsage, wire::tools::ToolDefinition};

/// What an image counts at most.
const IMAGE: u64 = 3_000;
/// What each message counts beside its text: who speaks, and where it ends.
const MESSAGE: u64 = 8;

/// Tokens of so many bytes, rounded up: bytes / 3.6.
pub fn tokens_of_bytes(bytes: usize) -> u64 {
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    bytes.saturating_mul(10).div_ceil(36)
}

/// What was used at most, where nobody counted: tokens that were read, and bytes that were written.
pub(crate) fn usage(input: u64, written: usize) -> TokenUsage {
    TokenUsage { uncached: input, output: tokens_of_bytes(written), ..TokenUsage::default() }
}

/// How many tokens a request has at most.
pub fn input_tokens(request: &ChatRequest) -> u64 {
    let messages = request.messages.iter().map(of_message).fold(MESSAGE, u64::saturating_add);
    let tools = request.tools.iter().flatten().map(|ToolDefinition::Function { function }| {
        let described = function.description.as_ref().map_or(0, String::len);
        let schema = function.parameters.as_ref().map_or(0, of_json);
        MESSAGE.saturating_add(tokens_of_bytes(function.name.len() + described + schema))
    });
    let format = request.response_format.as_ref().and_then(|format| serde_json::to_string(format).ok());
    let format = format.map_or(0, |text| tokens_of_bytes(text.len()));
    tools.fold(messages, u64::saturating_add).saturating_add(format)
}

/// How many tokens the texts of a request for vectors have at most.
pub fn embeddings_tokens(request: &EmbeddingsRequest) -> u64 {
    request.texts().iter().map(|text| tokens_of_bytes(text.len()).saturating_add(2)).fold(0, u64::saturating_add)
}

fn of_json(value: &Value) -> usize {
    value.to_string().len()
}

fn of_message(message: &ChatMessage) -> u64 {
    let mut images = 0_u64;
    let mut of_content = |content: &crate::ChatContent| -> usize {
        content
            .parts()
            .iter()
            .map(|part| match part {
                ContentPart::Text { text, .. } => text.len(),
                ContentPart::Refusal { refusal } => refusal.len(),
                ContentPart::ImageUrl { .. } => {
                    images += 1;
                    0
                }
            })
            .sum()
    };
    let bytes = match message {
        ChatMessage::System { content, name }
        | ChatMessage::Developer { content, name }
        | ChatMessage::User { content, name } => of_content(content) + name.as_ref().map_or(0, String::len),
        ChatMessage::Assistant { content, refusal, tool_calls, name } => {
            let calls = tool_calls.iter().flatten();
            let calls: usize = calls.map(|call| call.function.name.len() + call.function.arguments.len() + 16).sum();
            let said = content.as_ref().map_or(0, &mut of_content);
            said + calls + refusal.as_ref().map_or(0, String::len) + name.as_ref().map_or(0, String::len)
        }
        ChatMessage::Tool { content, tool_call_id } => of_content(content) + tool_call_id.len(),
    };
    tokens_of_bytes(bytes).saturating_add(MESSAGE).saturating_add(images.saturating_mul(IMAGE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_three_and_six_tenths_bytes_rounded_up() {
        assert_eq!([0, 1, 36, 37, 3_600].map(tokens_of_bytes), [0, 1, 10, 11, 1_000]);
        assert_eq!(tokens_of_bytes(usize::MAX), u64::MAX.div_ceil(36), "no overflow");
    }

    #[test]
    fn everything_that_is_read_counts() {
        let plain = ChatRequest::new("m", vec![ChatMessage::user("a".repeat(360))]);
        assert_eq!(input_tokens(&plain), 8 + 8 + 100);
        let longer: Vec<ChatRequest> = [
            r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}]}"#,
            r#"{"messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{\"a\":1}"}}]}]}"#,
            r#"{"messages":[{"role":"tool","content":"done","tool_call_id":"c"}]}"#,
            r#"{"messages":[{"role":"user","content":""}],"tools":[{"type":"function","function":{"name":"f"}}]}"#,
            r#"{"messages":[{"role":"user","content":""}],"response_format":{"type":"json_object"}}"#,
        ]
        .iter()
        .map(|text| serde_json::from_str(&text.replacen('{', r#"{"model":"m","#, 1)).unwrap())
        .collect();
        let empty = input_tokens(&ChatRequest::new("m", vec![ChatMessage::user("")]));
        for request in longer {
            assert!(input_tokens(&request) > empty, "{request:?}");
        }
    }
}
