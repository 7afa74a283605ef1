//! Language models behind one wire shape, that of `OpenAI`'s chat completions: whoever speaks it need not know who answers.
//!
//! A [`ChatRequest`] goes down an [`AiChain`] of targets. [`Models`] calls one after another as [`decide`](chain::decide) says, and
//! answers with what was said, by whom, in how many attempts, and what it [costs](TokenPrice::cost). Whoever calls owns budgets,
//! limits and rows; nothing is stored here.

mod adapters;
pub mod chain;
mod ended;
mod error;
mod setup;
pub mod tokens;
pub mod upstream;
pub mod wire;

pub use chain::{
    attempts::{AiAttempt, AiFailure, AiOutcome, AttemptEnd},
    models::Models,
    policy::AiPolicy,
    provider::{AiProvider, UnknownAiProvider},
    streaming::{ChatStream, StreamPiece},
    target::{AiChain, AiTarget},
};
pub use ended::{AiCallEnd, AiCallFacts, served_by};
pub use error::{AiError, ErrorSource};
pub use setup::{CalledModel, SetupError, chain_of};
pub use tokens::{
    catalogue::{KnownModel, ModelUse, PriceList},
    estimate::{embeddings_tokens, input_tokens},
    price::{NanoUsd, TokenPrice, TokenRates},
    usage::{CountedBy, TokenUsage},
};
pub use upstream::{
    port::{ChunkSource, Said, Upstream},
    refusal::{Refusal, UpstreamError},
};
pub use wire::{
    answer::{AnswerChoice, AnswerMessage, ChatAnswer, ChatUsage, FinishReason},
    chunk::{ChatChunk, ChunkChoice, ChunkDelta, ToolCallDelta},
    embeddings::{EmbeddingsAnswer, EmbeddingsInput, EmbeddingsRequest, EncodingFormat, OneEmbedding},
    message::{CacheControl, ChatContent, ChatMessage, ContentPart, ImageSource},
    request::{ChatRequest, ReasoningEffort, StopSequences, StreamOptions},
    tools::{
        CalledFunction, FunctionDefinition, JsonSchemaFormat, ResponseFormat, ToolCall, ToolChoice, ToolDefinition,
    },
};
