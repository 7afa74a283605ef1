//! API keys.

pub(crate) mod api_key;
mod key_text;
pub(crate) mod repo;
