//! A whole answer.

use crate::{ChatAnswer, ChatUsage, Refusal, Said, UpstreamError};

/// Reads an answer. A server may say an error with the status of a success.
///
/// # Errors
/// It is an error, or no answer.
pub(crate) fn chat(body: &[u8]) -> Result<Said<ChatAnswer>, UpstreamError> {
    let unreadable = || UpstreamError::of(Refusal::Unreadable);
    let value: serde_json::Value = serde_json::from_slice(body).map_err(|_| unreadable())?;
    if value.get("error").is_some_and(|error| !error.is_null()) {
        return Err(UpstreamError::within(&value));
    }
    let mut answer: ChatAnswer = serde_json::from_value(value).map_err(|_| unreadable())?;
    if answer.choices.is_empty() {
        return Err(unreadable());
    }
    answer.choices.truncate(1);
    for choice in &mut answer.choices {
        // No calls is a list to some, and clients take a list for calls.
        choice.message.tool_calls = choice.message.tool_calls.take().filter(|calls| !calls.is_empty());
    }
    let usage = answer.usage.filter(|usage| usage.total_tokens > 0 || usage.prompt_tokens > 0);
    Ok(Said { usage: usage.as_ref().map(ChatUsage::normalised), answer })
}
