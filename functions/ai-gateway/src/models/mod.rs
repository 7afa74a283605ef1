//! The models that callers may name.

pub(crate) mod list_ai_models;
