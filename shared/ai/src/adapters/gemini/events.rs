//! An answer as it is made: each event is an answer with what is new. It ends with the connection, after a reason for it.

use serde_json::Value;

use super::wire::{Generated, Piece, UsageMetadata, called, finish};
use crate::{
    ChatChunk, ChunkDelta, FinishReason, Refusal, ToolCallDelta, UpstreamError,
    upstream::{
        sse::SseEvent,
        streamed::{ChunkReader, cut_off},
    },
    wire::chunk::{ChunkHead, FunctionDelta},
};

/// Reads events.
#[derive(Debug)]
pub(crate) struct GeminiEvents {
    head: ChunkHead,
    has_begun: bool,
    calls: u32,
    usage: Option<UsageMetadata>,
    ended: Option<FinishReason>,
}

impl GeminiEvents {
    pub(crate) fn new(now: i64) -> Self {
        let head = ChunkHead { created: now, ..ChunkHead::default() };
        Self { head, has_begun: false, calls: 0, usage: None, ended: None }
    }

    fn delta(&mut self, piece: Piece) -> Vec<ChunkDelta> {
        let mut deltas = Vec::new();
        match piece.text.filter(|text| !text.is_empty()) {
            Some(text) if piece.thought => {
                deltas.push(ChunkDelta { reasoning_content: Some(text), ..ChunkDelta::default() });
            }
            Some(text) => deltas.push(ChunkDelta { content: Some(text), ..ChunkDelta::default() }),
            None => {}
        }
        if let Some(call) = piece.function_call {
            let index = self.calls;
            self.calls = index.saturating_add(1);
            let call = called(call, piece.thought_signature, (&self.head.id, index));
            let function = FunctionDelta { name: Some(call.function.name), arguments: Some(call.function.arguments) };
            let call = ToolCallDelta {
                index,
                id: Some(call.id),
                kind: Some(call.kind),
                function: Some(function),
                extra_content: call.extra_content,
            };
            deltas.push(ChunkDelta { tool_calls: Some(vec![call]), ..ChunkDelta::default() });
        }
        deltas
    }
}

impl ChunkReader for GeminiEvents {
    fn read(&mut self, event: &SseEvent) -> Result<Vec<ChatChunk>, UpstreamError> {
        let unreadable = |_| UpstreamError::of(Refusal::Unreadable);
        let value: Value = serde_json::from_str(&event.data).map_err(unreadable)?;
        if value.get("error").is_some() {
            return Err(UpstreamError::within(&value));
        }
        let generated: Generated = serde_json::from_value(value).map_err(unreadable)?;
        if !generated.response_id.is_empty() {
            self.head.id = generated.response_id;
        }
        if !generated.model_version.is_empty() {
            self.head.model = generated.model_version;
        }
        self.usage = generated.usage_metadata.or(self.usage);
        let mut deltas = Vec::new();
        if !std::mem::replace(&mut self.has_begun, true) {
            let role = Some("assistant".to_owned());
            deltas.push(ChunkDelta { role, content: Some(String::new()), ..ChunkDelta::default() });
        }
        match (generated.candidates.into_iter().next(), generated.prompt_feedback) {
            (Some(candidate), _) => {
                for piece in candidate.content.parts {
                    deltas.extend(self.delta(piece));
                }
                let ended = candidate.finish_reason.map(|reason| finish(&reason, self.calls > 0));
                self.ended = ended.or(self.ended);
            }
            (None, Some(feedback)) if feedback.block_reason.is_some() => {
                self.ended = Some(FinishReason::ContentFilter);
            }
            (None, Some(_) | None) => {}
        }
        Ok(deltas.into_iter().map(|delta| ChatChunk::piece(&self.head, delta, None)).collect())
    }

    fn is_over(&self) -> bool {
        false
    }

    fn end(&mut self) -> Result<Vec<ChatChunk>, UpstreamError> {
        let reason = self.ended.ok_or_else(cut_off)?;
        let mut chunks = vec![ChatChunk::piece(&self.head, ChunkDelta::default(), Some(reason))];
        let usage = self.usage.and_then(UsageMetadata::shown);
        chunks.extend(usage.map(|usage| ChatChunk::used(&self.head, usage)));
        Ok(chunks)
    }
}
