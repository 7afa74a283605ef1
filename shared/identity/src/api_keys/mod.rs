//! API keys.

pub(crate) mod api_key;
pub(crate) mod key_text;
pub(crate) mod repo;
