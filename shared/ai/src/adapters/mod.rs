//! The wires of the providers, from and to ours. Nothing here does any I/O.

pub(crate) mod anthropic;
mod arguments;
pub(crate) mod gemini;
mod images;
pub(crate) mod openai;
#[cfg(test)]
mod tests;
mod vectors;
