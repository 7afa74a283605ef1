//! An answer that comes as events.

use std::collections::VecDeque;

use async_trait::async_trait;
use reqwest::Response;

use super::{
    port::ChunkSource,
    reading,
    sse::{SseEvent, SseParser},
};
use crate::{ChatChunk, Refusal, UpstreamError};

/// What a provider's events mean. It is told each in its order, and at last that there are no more.
pub(crate) trait ChunkReader: Send {
    /// The chunks that an event makes.
    ///
    /// # Errors
    /// The event says that the provider failed, or is none that can be read.
    fn read(&mut self, event: &SseEvent) -> Result<Vec<ChatChunk>, UpstreamError>;

    /// Whether the provider said that this was all.
    fn is_over(&self) -> bool;

    /// What is left to say when the connection ends.
    ///
    /// # Errors
    /// The answer is not whole.
    fn end(&mut self) -> Result<Vec<ChatChunk>, UpstreamError>;
}

/// Chunks of a response.
pub(super) struct HttpChunks {
    response: Response,
    parser: SseParser,
    reader: Box<dyn ChunkReader>,
    ready: VecDeque<ChatChunk>,
    is_closed: bool,
    failed: Option<UpstreamError>,
}

impl HttpChunks {
    pub(super) fn new(response: Response, reader: Box<dyn ChunkReader>) -> Self {
        let (parser, ready) = (SseParser::default(), VecDeque::new());
        Self { response, parser, reader, ready, is_closed: false, failed: None }
    }

    /// Reads events; what stands before one that fails is still given.
    fn take(&mut self, events: &[SseEvent]) {
        for event in events {
            if self.reader.is_over() || self.failed.is_some() {
                return;
            }
            match self.reader.read(event) {
                Ok(chunks) => self.ready.extend(chunks),
                Err(error) => self.failed = Some(error),
            }
        }
    }

    fn close(&mut self) {
        let last = self.parser.finish();
        self.take(last.as_slice());
        self.is_closed = true;
        if self.failed.is_none() && !self.reader.is_over() {
            match self.reader.end() {
                Ok(chunks) => self.ready.extend(chunks),
                Err(error) => self.failed = Some(error),
            }
        }
    }
}

#[async_trait]
impl ChunkSource for HttpChunks {
    async fn next(&mut self) -> Result<Option<ChatChunk>, UpstreamError> {
        loop {
            if let Some(chunk) = self.ready.pop_front() {
                return Ok(Some(chunk));
            }
            if let Some(error) = self.failed.clone() {
                return Err(error);
            }
            if self.is_closed || self.reader.is_over() {
                return Ok(None);
            }
            match self.response.chunk().await {
                Ok(Some(bytes)) => match self.parser.feed(&bytes) {
                    Ok(events) => self.take(&events),
                    Err(_) => self.failed = Some(UpstreamError::of(Refusal::Unreadable)),
                },
                Ok(None) => self.close(),
                Err(error) => self.failed = Some(reading::failed(&error)),
            }
        }
    }
}

/// What an answer is that ended before its end.
pub(crate) fn cut_off() -> UpstreamError {
    UpstreamError::of(Refusal::Unreachable)
}
