//! Whoever calls a target: the providers over HTTP, or a test.

use async_trait::async_trait;

use crate::{
    AiTarget, ChatAnswer, ChatChunk, ChatRequest, EmbeddingsAnswer, EmbeddingsRequest, TokenUsage, UpstreamError,
};

/// What a target said, and what it counted; `None` where it does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said<T> {
    /// The answer.
    pub answer: T,
    /// What was used.
    pub usage: Option<TokenUsage>,
}

/// Calls one target once.
#[async_trait]
pub trait Upstream: Send + Sync {
    /// A whole answer.
    ///
    /// # Errors
    /// There is none; the refusal says what kind.
    async fn chat(&self, target: &AiTarget, request: &ChatRequest) -> Result<Said<ChatAnswer>, UpstreamError>;

    /// An answer as it is made.
    ///
    /// # Errors
    /// As for [`chat`](Self::chat), before anything of it came.
    async fn stream(&self, target: &AiTarget, request: &ChatRequest) -> Result<Box<dyn ChunkSource>, UpstreamError>;

    /// Vectors of texts.
    ///
    /// # Errors
    /// As for [`chat`](Self::chat); `Unsupported` where the provider makes none.
    async fn embed(
        &self,
        target: &AiTarget,
        request: &EmbeddingsRequest,
    ) -> Result<Said<EmbeddingsAnswer>, UpstreamError>;
}

/// An answer as it is made.
#[async_trait]
pub trait ChunkSource: Send {
    /// The next chunk; `None` when all of it came. What was used comes in a chunk of its own or with the last one.
    ///
    /// # Errors
    /// It broke off, or the provider says in it that it failed.
    async fn next(&mut self) -> Result<Option<ChatChunk>, UpstreamError>;
}
