//! What the use of models cost.

pub(crate) mod get_ai_usage;
