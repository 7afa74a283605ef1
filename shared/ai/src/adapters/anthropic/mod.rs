//! `Anthropic`'s Messages: <https://docs.claude.com/en/api/messages>.

pub(crate) mod answer;
pub(crate) mod events;
mod messages;
pub(crate) mod request;
mod wire;

#[cfg(test)]
mod tests;
