//! Targets that say what they are told to.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use http::HeaderMap;
use serde_json::json;

use crate::{
    AiTarget, ChatAnswer, ChatChunk, ChatRequest, ChunkSource, EmbeddingsAnswer, EmbeddingsRequest, OneEmbedding, Said,
    TokenUsage, Upstream, UpstreamError,
};

/// What a target says next.
#[derive(Clone, Debug)]
pub(super) enum Line {
    /// An answer that used this.
    Answer(TokenUsage),
    /// A refusal with this status and body.
    Status(u16, serde_json::Value),
    /// This failure.
    Fails(UpstreamError),
    /// Nothing, ever.
    Silence,
}

/// Says its lines by the target's model, one a call; the last one is said for ever.
#[derive(Default)]
pub(super) struct Double {
    lines: Mutex<BTreeMap<String, VecDeque<Line>>>,
    pub(super) called: Mutex<Vec<String>>,
}

impl Double {
    pub(super) fn with(lines: &[(&str, &[Line])]) -> Arc<Self> {
        let lines = lines.iter().map(|(model, lines)| ((*model).to_owned(), lines.iter().cloned().collect()));
        Arc::new(Self { lines: Mutex::new(lines.collect()), called: Mutex::default() })
    }

    async fn next(&self, target: &AiTarget) -> Result<TokenUsage, UpstreamError> {
        self.called.lock().unwrap_or_else(PoisonError::into_inner).push(target.model.clone());
        let line = {
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            let lines = lines.get_mut(&target.model).expect("lines for the target");
            if lines.len() > 1 { lines.pop_front() } else { lines.front().cloned() }
        };
        match line.expect("a line") {
            Line::Answer(usage) => Ok(usage),
            Line::Status(status, body) => {
                Err(UpstreamError::read(status, &HeaderMap::new(), body.to_string().as_bytes()))
            }
            Line::Fails(error) => Err(error),
            Line::Silence => std::future::pending().await,
        }
    }
}

#[async_trait]
impl Upstream for Double {
    async fn chat(&self, target: &AiTarget, _: &ChatRequest) -> Result<Said<ChatAnswer>, UpstreamError> {
        let usage = self.next(target).await?;
        let answer = json!({"choices": [{"message": {"content": "halo juga"}, "finish_reason": "stop"}]});
        let answer = serde_json::from_value(answer).expect("an answer");
        Ok(Said { answer, usage: (usage.total() > 0).then_some(usage) })
    }

    async fn stream(&self, target: &AiTarget, _: &ChatRequest) -> Result<Box<dyn ChunkSource>, UpstreamError> {
        let usage = self.next(target).await?;
        let said = [
            json!({"id": "1", "choices": [{"delta": {"role": "assistant", "content": ""}}]}),
            json!({"id": "1", "choices": [{"delta": {"content": "halo"}}]}),
            json!({"id": "1", "choices": [{"delta": {}, "finish_reason": "stop"}]}),
        ];
        let mut chunks: VecDeque<ChatChunk> =
            said.into_iter().map(|chunk| serde_json::from_value(chunk).expect("a chunk")).collect();
        if usage.total() > 0 {
            chunks.push_back(ChatChunk::used(&crate::wire::chunk::ChunkHead::default(), usage.into()));
        }
        Ok(Box::new(Chunks(chunks)))
    }

    async fn embed(&self, target: &AiTarget, _: &EmbeddingsRequest) -> Result<Said<EmbeddingsAnswer>, UpstreamError> {
        let usage = self.next(target).await?;
        let answer = EmbeddingsAnswer::new(target.model.clone(), vec![OneEmbedding::new(0, json!([0.5]))], 0);
        Ok(Said { answer, usage: (usage.total() > 0).then_some(usage) })
    }
}

struct Chunks(VecDeque<ChatChunk>);

#[async_trait]
impl ChunkSource for Chunks {
    async fn next(&mut self) -> Result<Option<ChatChunk>, UpstreamError> {
        Ok(self.0.pop_front())
    }
}
