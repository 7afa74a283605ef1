//! `Gemini`'s `generateContent`: <https://ai.google.dev/api/generate-content>.

pub(crate) mod answer;
mod contents;
pub(crate) mod embeddings;
pub(crate) mod events;
pub(crate) mod request;
mod wire;

#[cfg(test)]
mod tests;
