//! A whole answer.

use serde_json::Value;

use super::wire::{Block, MessageBody, finish};
use crate::{
    AnswerChoice, AnswerMessage, CalledFunction, ChatAnswer, Refusal, Said, ToolCall, UpstreamError, wire::answer,
};

/// Reads an answer, made at `now`: the wire says no time.
///
/// # Errors
/// It is an error, or no answer.
pub(crate) fn chat(body: &[u8], now: i64) -> Result<Said<ChatAnswer>, UpstreamError> {
    let unreadable = |_| UpstreamError::of(Refusal::Unreadable);
    let value: Value = serde_json::from_slice(body).map_err(unreadable)?;
    if value.get("type").and_then(Value::as_str) == Some("error") {
        return Err(UpstreamError::within(&value));
    }
    let body: MessageBody = serde_json::from_value(value).map_err(unreadable)?;
    let (mut words, mut thoughts, mut calls) = (String::new(), String::new(), Vec::new());
    for block in body.content {
        match block {
            Block::Text { text } => words.push_str(&text),
            Block::Thinking { thinking } => thoughts.push_str(&thinking),
            Block::ToolUse { id, name, input } => {
                let input = if input.is_null() { "{}".to_owned() } else { input.to_string() };
                let function = CalledFunction { name, arguments: input };
                calls.push(ToolCall { id, kind: "function".to_owned(), function, extra_content: None });
            }
            Block::Other => {}
        }
    }
    let finish_reason = Some(finish(body.stop_reason.as_deref(), !calls.is_empty()));
    let message = AnswerMessage {
        content: Some(words).filter(|words| !words.is_empty() || calls.is_empty()),
        reasoning_content: Some(thoughts).filter(|thoughts| !thoughts.is_empty()),
        tool_calls: Some(calls).filter(|calls| !calls.is_empty()),
        ..AnswerMessage::default()
    };
    let answer = ChatAnswer {
        id: body.id,
        object: answer::object(),
        created: now,
        model: body.model,
        choices: vec![AnswerChoice { index: 0, message, logprobs: None, finish_reason }],
        usage: body.usage.shown(),
        system_fingerprint: None,
    };
    Ok(Said { answer, usage: body.usage.normalised() })
}
