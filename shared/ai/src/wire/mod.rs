//! What callers and we say to each other: `OpenAI`'s chat completions and embeddings,
//! <https://platform.openai.com/docs/api-reference/chat>.

pub mod answer;
pub mod chunk;
pub mod embeddings;
pub mod message;
pub mod request;
pub mod tools;
