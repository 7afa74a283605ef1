//! Texts as vectors.

pub(crate) mod create_embeddings;
