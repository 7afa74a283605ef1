//! Telegram's Bot API: sending, what bots hear, and the commands that they know.

mod account;
mod bot;
mod commands;
mod update;

pub use account::{BotAccount, BotName, BotNameError, TelegramAccount};
pub use bot::{Bot, Sent, TelegramError, Text};
pub use commands::{COMMANDS, Command, CommandAction, help, how_to_link, linked, not_linked, unlinked};
pub use update::{Chat, ChatEvent, Update, UpdateError, parse, verify};
