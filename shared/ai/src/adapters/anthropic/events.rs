//! An answer as it is made: parts that begin, grow and end, then why it ended, then `message_stop`.

use serde_json::Value;

use super::wire::{Addition, Block, Counts, Event, finish};
use crate::{
    ChatChunk, ChunkDelta, Refusal, ToolCallDelta, UpstreamError,
    upstream::{
        sse::SseEvent,
        streamed::{ChunkReader, cut_off},
    },
    wire::chunk::{ChunkHead, FunctionDelta},
};

/// A call of a tool that is being told.
#[derive(Clone, Copy, Debug)]
struct OpenCall {
    block: u32,
    index: u32,
    has_arguments: bool,
}

/// Reads events.
#[derive(Debug)]
pub(crate) struct AnthropicEvents {
    head: ChunkHead,
    calls: u32,
    open: Option<OpenCall>,
    counts: Counts,
    stop_reason: Option<String>,
    is_over: bool,
}

impl AnthropicEvents {
    pub(crate) fn new(now: i64) -> Self {
        let head = ChunkHead { created: now, ..ChunkHead::default() };
        Self { head, calls: 0, open: None, counts: Counts::default(), stop_reason: None, is_over: false }
    }

    fn piece(&self, delta: ChunkDelta) -> Vec<ChatChunk> {
        vec![ChatChunk::piece(&self.head, delta, None)]
    }

    fn text(&self, text: String) -> Vec<ChatChunk> {
        self.piece(ChunkDelta { content: Some(text), ..ChunkDelta::default() })
    }

    fn thought(&self, text: String) -> Vec<ChatChunk> {
        self.piece(ChunkDelta { reasoning_content: Some(text), ..ChunkDelta::default() })
    }

    fn call(&self, call: ToolCallDelta) -> Vec<ChatChunk> {
        self.piece(ChunkDelta { tool_calls: Some(vec![call]), ..ChunkDelta::default() })
    }

    fn arguments(&self, index: u32, text: &str) -> Vec<ChatChunk> {
        let function = FunctionDelta { name: None, arguments: Some(text.to_owned()) };
        self.call(ToolCallDelta { index, function: Some(function), ..ToolCallDelta::default() })
    }

    fn begin(&mut self, block: u32, content: Block) -> Vec<ChatChunk> {
        match content {
            Block::Text { text } if !text.is_empty() => self.text(text),
            Block::Thinking { thinking } if !thinking.is_empty() => self.thought(thinking),
            Block::ToolUse { id, name, .. } => {
                let index = self.calls;
                self.calls = index.saturating_add(1);
                self.open = Some(OpenCall { block, index, has_arguments: false });
                let function = FunctionDelta { name: Some(name), arguments: Some(String::new()) };
                self.call(ToolCallDelta {
                    index,
                    id: Some(id),
                    kind: Some("function".to_owned()),
                    function: Some(function),
                    extra_content: None,
                })
            }
            Block::Text { .. } | Block::Thinking { .. } | Block::Other => Vec::new(),
        }
    }

    fn grow(&mut self, block: u32, addition: Addition) -> Vec<ChatChunk> {
        match addition {
            Addition::TextDelta { text } => self.text(text),
            Addition::ThinkingDelta { thinking } => self.thought(thinking),
            Addition::InputJsonDelta { partial_json } if !partial_json.is_empty() => {
                let Some(open) = self.open.as_mut().filter(|open| open.block == block) else { return Vec::new() };
                open.has_arguments = true;
                let index = open.index;
                self.arguments(index, &partial_json)
            }
            Addition::InputJsonDelta { .. } | Addition::Other => Vec::new(),
        }
    }

    /// A call without arguments is one with none, which clients read as JSON.
    fn finish_block(&mut self, block: u32) -> Vec<ChatChunk> {
        match self.open.take_if(|open| open.block == block) {
            Some(OpenCall { index, has_arguments: false, .. }) => self.arguments(index, "{}"),
            Some(_) | None => Vec::new(),
        }
    }

    fn finish(&mut self) -> Vec<ChatChunk> {
        self.is_over = true;
        let reason = finish(self.stop_reason.as_deref(), self.calls > 0);
        let mut chunks = vec![ChatChunk::piece(&self.head, ChunkDelta::default(), Some(reason))];
        chunks.extend(self.counts.shown().map(|usage| ChatChunk::used(&self.head, usage)));
        chunks
    }
}

impl ChunkReader for AnthropicEvents {
    fn read(&mut self, event: &SseEvent) -> Result<Vec<ChatChunk>, UpstreamError> {
        let unreadable = |_| UpstreamError::of(Refusal::Unreadable);
        let value: Value = serde_json::from_str(&event.data).map_err(unreadable)?;
        if event.name == "error" || value.get("type").and_then(Value::as_str) == Some("error") {
            return Err(UpstreamError::within(&value));
        }
        Ok(match serde_json::from_value(value).map_err(unreadable)? {
            Event::MessageStart { message } => {
                self.head.id = message.id;
                self.head.model = message.model;
                self.counts = message.usage;
                let role = Some("assistant".to_owned());
                self.piece(ChunkDelta { role, content: Some(String::new()), ..ChunkDelta::default() })
            }
            Event::ContentBlockStart { index, content_block } => self.begin(index, content_block),
            Event::ContentBlockDelta { index, delta } => self.grow(index, delta),
            Event::ContentBlockStop { index } => self.finish_block(index),
            Event::MessageDelta { delta, usage } => {
                self.counts = usage.after(self.counts);
                self.stop_reason = delta.stop_reason.or(self.stop_reason.take());
                Vec::new()
            }
            Event::MessageStop => self.finish(),
            Event::Other => Vec::new(),
        })
    }

    fn is_over(&self) -> bool {
        self.is_over
    }

    fn end(&mut self) -> Result<Vec<ChatChunk>, UpstreamError> {
        Err(cut_off())
    }
}
