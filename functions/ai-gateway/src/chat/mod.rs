//! Chat completions.

pub(crate) mod answering;
#[cfg(test)]
mod chat_tests;
pub(crate) mod create_chat_completion;
pub(crate) mod patience;
pub(crate) mod prompt_log;
#[cfg(test)]
mod stream_tests;
pub(crate) mod streamed;
