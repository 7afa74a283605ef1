//! Menus of commands: one for each scope and language.

use serde_json::{Value, json};

use super::{Telegram, TelegramError};

/// The most commands of a menu.
const MOST_COMMANDS: usize = 100;
/// Whom a menu can be for; those of one chat are for no bot of ours.
const SCOPES: [&str; 4] = ["default", "all_private_chats", "all_group_chats", "all_chat_administrators"];

/// Which menu: its scope and its language.
pub(super) type Place = (String, String);

impl Telegram {
    pub(super) fn set_commands(&self, bot: i64, input: &Value) -> Result<Value, TelegramError> {
        let commands = input["commands"].as_array();
        let commands = commands.ok_or_else(|| TelegramError::bad("can't parse commands: expected an array"))?;
        if commands.len() > MOST_COMMANDS {
            return Err(TelegramError::bad("BOT_COMMANDS_TOO_MUCH"));
        }
        for command in commands {
            let name = command["command"].as_str().unwrap_or_default();
            let name = name.trim_start_matches('/');
            let legal = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
            if name.is_empty() || name.len() > 32 || !name.chars().all(legal) {
                return Err(TelegramError::bad("BOT_COMMAND_INVALID"));
            }
            let description = command["description"].as_str().unwrap_or_default().chars().count();
            if !(1..=256).contains(&description) {
                return Err(TelegramError::bad("BOT_COMMAND_DESCRIPTION_INVALID"));
            }
        }
        let place = place(input)?;
        self.lock().bots.entry(bot).or_default().commands.insert(place, input["commands"].clone());
        Ok(json!(true))
    }

    pub(super) fn commands(&self, bot: i64, input: &Value) -> Result<Value, TelegramError> {
        let place = place(input)?;
        let menus = &self.lock().bots.entry(bot).or_default().commands.clone();
        Ok(menus.get(&place).cloned().unwrap_or_else(|| json!([])))
    }
}

fn place(input: &Value) -> Result<Place, TelegramError> {
    let scope = &input["scope"];
    let scope = if scope.is_null() { "default" } else { scope["type"].as_str().unwrap_or_default() };
    if !SCOPES.contains(&scope) {
        return Err(TelegramError::bad("unsupported BotCommandScope type specified"));
    }
    let language = input["language_code"].as_str().unwrap_or_default();
    if !language.is_empty() && (language.len() != 2 || !language.bytes().all(|byte| byte.is_ascii_lowercase())) {
        return Err(TelegramError::bad("invalid language code specified"));
    }
    Ok((scope.to_owned(), language.to_owned()))
}
