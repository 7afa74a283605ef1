//! An answer as it is made: a chunk an event, and `[DONE]`.

use serde_json::Value;

use crate::{
    ChatChunk, Refusal, UpstreamError,
    upstream::{
        sse::SseEvent,
        streamed::{ChunkReader, cut_off},
    },
};

/// Reads chunks.
#[derive(Debug, Default)]
pub(crate) struct OpenAiEvents {
    is_over: bool,
    has_finished: bool,
}

impl ChunkReader for OpenAiEvents {
    fn read(&mut self, event: &SseEvent) -> Result<Vec<ChatChunk>, UpstreamError> {
        if event.data.starts_with("[DONE]") {
            // An end before any reason for it is none.
            if !self.has_finished {
                return Err(cut_off());
            }
            self.is_over = true;
            return Ok(Vec::new());
        }
        if event.data.trim().is_empty() {
            return Ok(Vec::new());
        }
        let unreadable = |_| UpstreamError::of(Refusal::Unreadable);
        let value: Value = serde_json::from_str(&event.data).map_err(unreadable)?;
        if event.name == "error" || value.get("error").is_some_and(|error| !error.is_null()) {
            return Err(UpstreamError::within(&value));
        }
        let mut chunk: ChatChunk = serde_json::from_value(value).map_err(unreadable)?;
        chunk.choices.retain(|choice| choice.index == 0);
        self.has_finished |= chunk.choices.iter().any(|choice| choice.finish_reason.is_some());
        Ok(vec![chunk])
    }

    fn is_over(&self) -> bool {
        self.is_over
    }

    /// Some servers close without `[DONE]`; an answer that said why it ended is whole.
    fn end(&mut self) -> Result<Vec<ChatChunk>, UpstreamError> {
        if self.has_finished { Ok(Vec::new()) } else { Err(cut_off()) }
    }
}
