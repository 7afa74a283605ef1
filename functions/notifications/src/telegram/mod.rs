//! Telegram: linking a chat, setting up a tenant's bots, and what they hear and answer.

pub(crate) mod bots;
pub(crate) mod connect_telegram_bot;
mod conversation;
pub(crate) mod create_telegram_link;
pub(crate) mod delete_telegram_link;
pub(crate) mod receive_telegram_update;
#[cfg(test)]
pub(crate) mod room;
