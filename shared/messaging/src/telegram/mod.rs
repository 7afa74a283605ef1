//! Telegram's Bot API: sending, what bots hear and say, and the commands that they know.

mod account;
mod alerts;
mod bot;
mod call;
mod commands;
mod keyboard;
mod phrases;
mod press;
mod reply;
mod split;
mod update;

pub use account::{BotAccount, BotName, BotNameError, TelegramAccount};
pub use alerts::{AlertTopic, Alerts, NoTopic, Wanted, mute_for};
pub use bot::{Bot, Sent, TelegramError, Text, heard};
pub use commands::{Command, menu};
pub use keyboard::Button;
pub use phrases::{Phrase, fill};
pub use press::{NoPress, Press};
pub use reply::BotReply;
pub use split::{Part, parts};
pub use update::{Chat, ChatEvent, Pressed, Update, UpdateError, parse, verify};
