//! How good models were.

pub(crate) mod list_ai_model_scores;
