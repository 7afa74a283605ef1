//! An answer as it is made, once its first words are there.

use std::collections::VecDeque;

use cloud::{CallEnd, Ctx};
use tokio::time::timeout;

use super::{attempts::AiAttempt, walk::Found};
use crate::{
    AiError, AiPolicy, AiTarget, ChatChunk, ChatRequest, ChatUsage, ChunkSource, CountedBy, NanoUsd, Refusal,
    TokenUsage, UpstreamError, tokens::estimate, wire::chunk::ChunkHead,
};

/// An answer whose first words are held.
pub(super) struct Held {
    source: Box<dyn ChunkSource>,
    chunks: VecDeque<ChatChunk>,
}

/// Waits for the first words of an answer, or its end: until then it may still be an error, and another target may be asked.
pub(super) async fn hold(mut source: Box<dyn ChunkSource>) -> Result<Held, UpstreamError> {
    let mut chunks = VecDeque::new();
    while let Some(chunk) = source.next().await? {
        let is_known = chunk.adds() > 0 || chunk.choices.iter().any(|choice| choice.finish_reason.is_some());
        chunks.push_back(chunk);
        if is_known {
            break;
        }
    }
    if chunks.is_empty() { Err(UpstreamError::of(Refusal::Unreadable)) } else { Ok(Held { source, chunks }) }
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamPiece {
    /// A chunk for the caller.
    Chunk(ChatChunk),
    /// The answer broke off: the caller is told by an event of this, and nothing comes after it, not even `[DONE]`.
    Broken(AiError),
}

/// Where an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Coming,
    Whole,
    Over,
}

/// An answer as it is made. Whoever drops it before its end hangs up on the provider; [`spent`](Self::spent) says at any time what it
/// has cost so far.
pub struct ChatStream {
    ctx: Ctx,
    held: Held,
    target: AiTarget,
    attempts: Vec<AiAttempt>,
    policy: AiPolicy,
    phase: Phase,
    is_whole: bool,
    wants_usage: bool,
    /// Tokens of the request, guessed.
    input: u64,
    /// Bytes that were answered.
    written: usize,
    head: ChunkHead,
    usage: Option<ChatUsage>,
}

impl ChatStream {
    pub(super) fn new(ctx: Ctx, found: Found<'_, Held>, request: &ChatRequest, policy: &AiPolicy) -> Self {
        Self {
            ctx,
            held: found.answer,
            target: found.target.clone(),
            attempts: found.attempts,
            policy: *policy,
            phase: Phase::Coming,
            is_whole: false,
            wants_usage: request.wants_usage(),
            input: estimate::input_tokens(request),
            written: 0,
            head: ChunkHead::default(),
            usage: None,
        }
    }

    /// Who answers.
    pub fn target(&self) -> &AiTarget {
        &self.target
    }

    /// The calls, in their order; the last one is the answer's.
    pub fn attempts(&self) -> &[AiAttempt] {
        &self.attempts
    }

    /// Whether all of it came: then, and only then, the caller is told `[DONE]`.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// What was used and what it cost, so far. The provider's count once it is there, else a guess from what was read and written.
    pub fn spent(&self) -> (TokenUsage, CountedBy, NanoUsd) {
        let (usage, counted) = match &self.usage {
            Some(usage) => (usage.normalised(), CountedBy::Reported),
            None => (estimate::usage(self.input, self.written), CountedBy::Estimated),
        };
        (usage, counted, self.target.price.cost(&usage))
    }

    /// The next piece; `None` after the last one.
    pub async fn next(&mut self) -> Option<StreamPiece> {
        loop {
            match self.phase {
                Phase::Over => return None,
                Phase::Whole => {
                    self.phase = Phase::Over;
                    self.is_whole = true;
                    let (usage, _, _) = self.spent();
                    return self.wants_usage.then(|| StreamPiece::Chunk(ChatChunk::used(&self.head, usage.into())));
                }
                Phase::Coming => {}
            }
            let next = match self.held.chunks.pop_front() {
                Some(chunk) => Ok(Some(chunk)),
                None => match timeout(self.policy.idle_timeout, self.held.source.next()).await {
                    Ok(next) => next,
                    Err(_) => Err(UpstreamError::of(Refusal::TimedOut)),
                },
            };
            match next {
                Ok(None) => self.phase = Phase::Whole,
                Ok(Some(chunk)) => {
                    if let Some(chunk) = self.taken(chunk) {
                        return Some(StreamPiece::Chunk(chunk));
                    }
                }
                Err(error) => return Some(self.broken(&error)),
            }
        }
    }

    /// Notes what a chunk says, and leaves what is for the caller.
    fn taken(&mut self, mut chunk: ChatChunk) -> Option<ChatChunk> {
        self.written = self.written.saturating_add(chunk.adds());
        if let Some(usage) = chunk.usage.take().filter(|usage| usage.prompt_tokens > 0 || usage.total_tokens > 0) {
            self.usage = Some(usage);
        }
        self.head = ChunkHead { id: chunk.id.clone(), created: chunk.created, model: chunk.model.clone() };
        (!chunk.choices.is_empty()).then_some(chunk)
    }

    fn broken(&mut self, error: &UpstreamError) -> StreamPiece {
        self.phase = Phase::Over;
        // What it counted before it broke off is not all of it.
        self.usage = None;
        let (provider, outcome) = (self.target.provider, error.refusal.as_str());
        tracing::warn!(ai.provider = %provider, ai.model = self.target.model, outcome, status = error.status, "an answer broke off");
        if error.refusal.is_outage() {
            let breakers = self.ctx.ports().http.breakers();
            breakers.note(&self.target.breaker(), CallEnd::Unanswered, self.ctx.now());
        }
        StreamPiece::Broken(AiError::Broken { provider })
    }
}
