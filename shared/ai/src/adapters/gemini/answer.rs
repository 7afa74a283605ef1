//! A whole answer.

use serde_json::Value;

use super::wire::{Generated, called, finish};
use crate::{
    AnswerChoice, AnswerMessage, ChatAnswer, FinishReason, Refusal, Said, ToolCall, UpstreamError, wire::answer,
};

/// Reads an answer, made at `now`: the wire says no time.
///
/// # Errors
/// It is an error, or no answer.
pub(crate) fn chat(body: &[u8], now: i64) -> Result<Said<ChatAnswer>, UpstreamError> {
    let unreadable = || UpstreamError::of(Refusal::Unreadable);
    let value: Value = serde_json::from_slice(body).map_err(|_| unreadable())?;
    if value.get("error").is_some() {
        return Err(UpstreamError::within(&value));
    }
    let generated: Generated = serde_json::from_value(value).map_err(|_| unreadable())?;
    let blocked = generated.prompt_feedback.and_then(|feedback| feedback.block_reason);
    let (mut words, mut thoughts) = (String::new(), String::new());
    let mut calls: Vec<ToolCall> = Vec::new();
    let finish_reason = match (generated.candidates.into_iter().next(), blocked) {
        (Some(candidate), _) => {
            for piece in candidate.content.parts {
                match piece.text {
                    Some(text) if piece.thought => thoughts.push_str(&text),
                    Some(text) => words.push_str(&text),
                    None => {}
                }
                if let Some(call) = piece.function_call {
                    let place = u32::try_from(calls.len()).unwrap_or(u32::MAX);
                    calls.push(called(call, piece.thought_signature, (&generated.response_id, place)));
                }
            }
            finish(candidate.finish_reason.as_deref().unwrap_or_default(), !calls.is_empty())
        }
        (None, Some(_)) => FinishReason::ContentFilter,
        (None, None) => return Err(unreadable()),
    };
    let message = AnswerMessage {
        content: Some(words).filter(|words| !words.is_empty() || calls.is_empty()),
        reasoning_content: Some(thoughts).filter(|thoughts| !thoughts.is_empty()),
        tool_calls: Some(calls).filter(|calls| !calls.is_empty()),
        ..AnswerMessage::default()
    };
    let answer = ChatAnswer {
        id: generated.response_id,
        object: answer::object(),
        created: now,
        model: generated.model_version,
        choices: vec![AnswerChoice { index: 0, message, logprobs: None, finish_reason: Some(finish_reason) }],
        usage: generated.usage_metadata.and_then(super::wire::UsageMetadata::shown),
        system_fingerprint: None,
    };
    let usage = generated.usage_metadata.and_then(super::wire::UsageMetadata::normalised);
    Ok(Said { answer, usage })
}
