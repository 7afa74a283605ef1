//! `OpenAI`, `DeepSeek`, and servers that speak as `OpenAI` does: <https://platform.openai.com/docs/api-reference/chat>,
//! <https://api-docs.deepseek.com>.

pub(crate) mod answer;
pub(crate) mod embeddings;
pub(crate) mod events;
pub(crate) mod request;

#[cfg(test)]
mod tests;
