//! Messages and what stands in a chat: sending, editing, buttons.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{ChatState, Telegram, TelegramError, markup, number};
use crate::mailbox::Draft;

/// The longest text of a message, UTF-16 units after its markup is read.
const MAX_TEXT: usize = 4096;
/// How many messages of a chat are kept.
const KEPT: usize = 200;
/// How often a bot may write in a second.
const PER_SECOND: usize = 30;

/// A message as it stands in a chat.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bubble {
    pub(crate) id: i64,
    /// Whether the bot wrote it.
    pub(crate) is_bots: bool,
    /// What is seen of it; links with their addresses.
    pub(crate) text: String,
    /// As it was written, and the buttons: what an edit may not repeat.
    written: (String, Value),
    /// When it was written or last edited.
    pub(crate) at: Timestamp,
    /// What the bot said briefly to the last button that was pressed beneath it.
    pub(crate) toast: Option<String>,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// Its label, and the address that it opens.
    Open(String, String),
    /// Its label, and what it tells the bot.
    Tell(String, String),
}

impl Bubble {
    /// What a person wrote.
    pub(super) fn of_person(id: i64, text: &str, at: Timestamp) -> Self {
        let written = (text.to_owned(), Value::Null);
        Self { id, is_bots: false, text: text.to_owned(), written, at, toast: None }
    }

    /// The buttons beneath it, row by row.
    pub(crate) fn keys(&self) -> Vec<Vec<Key>> {
        let text = |key: &Value, name: &str| key[name].as_str().unwrap_or_default().to_owned();
        let key = |key: &Value| match key["url"].as_str() {
            Some(url) => Key::Open(text(key, "text"), url.to_owned()),
            None => Key::Tell(text(key, "text"), text(key, "callback_data")),
        };
        let rows = self.written.1["inline_keyboard"].as_array();
        rows.into_iter().flatten().map(|row| row.as_array().into_iter().flatten().map(key).collect()).collect()
    }

    /// Whether a button beneath it tells this.
    fn tells(&self, data: &str) -> bool {
        self.keys().iter().flatten().any(|key| matches!(key, Key::Tell(_, told) if told == data))
    }
}

/// A text that was checked.
struct Checked {
    chat: i64,
    raw: String,
    read: markup::Read,
    keyboard: Value,
}

fn checked(input: &Value) -> Result<Checked, TelegramError> {
    let chat = number(input, "chat_id").ok_or_else(|| TelegramError::bad("chat_id is empty"))?;
    let raw = input["text"].as_str().unwrap_or_default().to_owned();
    let read = markup::read(&raw, input["parse_mode"].as_str().unwrap_or_default())
        .map_err(|error| TelegramError::bad(&error))?;
    if read.seen.trim().is_empty() {
        return Err(TelegramError::bad("message text is empty"));
    }
    if read.seen.encode_utf16().count() > MAX_TEXT {
        return Err(TelegramError::bad("message is too long"));
    }
    markup::check_keyboard(&input["reply_markup"]).map_err(|error| TelegramError::bad(&error))?;
    Ok(Checked { chat, raw, read, keyboard: input["reply_markup"].clone() })
}

impl Telegram {
    pub(super) fn send_message(&self, bot: i64, input: &Value) -> Result<Value, TelegramError> {
        let checked = checked(input)?;
        let me = self.me(bot);
        let now = self.clock.now();
        let id = {
            let mut state = self.lock();
            match state.chats.get(&checked.chat).copied().unwrap_or_default() {
                ChatState::Open => {}
                ChatState::Blocked => return Err(TelegramError::forbidden("bot was blocked by the user")),
                ChatState::Deactivated => return Err(TelegramError::forbidden("user is deactivated")),
                ChatState::Unknown => return Err(TelegramError::bad("chat not found")),
            }
            let within = |then: Timestamp| now.duration_since(then).as_secs() < 1;
            let last = state.sent.get(&(bot, checked.chat)).copied();
            let limited = state.settings.limit_chats;
            let wrote = &mut state.bots.entry(bot).or_default().wrote;
            wrote.retain(|then| within(*then));
            if limited && (last.is_some_and(within) || wrote.len() >= PER_SECOND) {
                return Err(TelegramError::too_many(1));
            }
            wrote.push_back(now);
            state.sent.insert((bot, checked.chat), now);
            state.messages += 1;
            let id = state.messages;
            let bubble = Bubble {
                id,
                is_bots: true,
                text: checked.read.with_links.clone(),
                written: (checked.raw.clone(), checked.keyboard.clone()),
                at: now,
                toast: None,
            };
            keep(state.chats_of.entry((bot, checked.chat)).or_default(), bubble);
            id
        };
        self.mailbox.post(Draft {
            channel: "telegram",
            to: checked.chat.to_string(),
            to_name: self.lock().people.get(&checked.chat).cloned(),
            from: me["username"].as_str().unwrap_or_default().to_owned(),
            subject: None,
            text: checked.read.with_links.clone(),
            html: (input["parse_mode"] == "HTML").then(|| checked.raw.clone()),
            reply_to: None,
            attachments: Vec::new(),
            unsubscribe: None,
        });
        Ok(message(&me, id, &checked, now))
    }

    pub(super) fn edit_text(&self, bot: i64, input: &Value) -> Result<Value, TelegramError> {
        let checked = checked(input)?;
        let written = (checked.raw.clone(), checked.keyboard.clone());
        let text = checked.read.with_links.clone();
        let (id, at) = self.edit(bot, (input, checked.chat), |bubble| {
            bubble.text = text;
            written
        })?;
        Ok(message(&self.me(bot), id, &checked, at))
    }

    pub(super) fn edit_buttons(&self, bot: i64, input: &Value) -> Result<Value, TelegramError> {
        let chat = number(input, "chat_id").ok_or_else(|| TelegramError::bad("chat_id is empty"))?;
        markup::check_keyboard(&input["reply_markup"]).map_err(|error| TelegramError::bad(&error))?;
        let keyboard = input["reply_markup"].clone();
        let mut raw = String::new();
        let (id, at) = self.edit(bot, (input, chat), |bubble| {
            raw.clone_from(&bubble.written.0);
            (raw.clone(), keyboard.clone())
        })?;
        let read = markup::Read { seen: raw.clone(), with_links: raw.clone() };
        Ok(message(&self.me(bot), id, &Checked { chat, raw, read, keyboard }, at))
    }

    /// Changes a message of the bot into what `change` says; its id, and when.
    fn edit(
        &self,
        bot: i64,
        (input, chat): (&Value, i64),
        change: impl FnOnce(&mut Bubble) -> (String, Value),
    ) -> Result<(i64, Timestamp), TelegramError> {
        let id =
            number(input, "message_id").ok_or_else(|| TelegramError::bad("message identifier is not specified"))?;
        let now = self.clock.now();
        let mut state = self.lock();
        let bubbles = state.chats_of.get_mut(&(bot, chat));
        let bubble = bubbles.and_then(|bubbles| bubbles.iter_mut().find(|bubble| bubble.id == id));
        let bubble = bubble.ok_or_else(|| TelegramError::bad("message to edit not found"))?;
        if !bubble.is_bots {
            return Err(TelegramError::bad("message can't be edited"));
        }
        let mut changed = bubble.clone();
        changed.written = change(&mut changed);
        let keys = |bubble: &Bubble| bubble.keys();
        if changed.written.0 == bubble.written.0 && keys(&changed) == keys(bubble) {
            return Err(TelegramError::bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a \
                 current content and reply markup of the message",
            ));
        }
        changed.at = now;
        *bubble = changed;
        Ok((id, now))
    }

    pub(super) fn answer_callback_query(&self, bot: i64, input: &Value) -> Result<Value, TelegramError> {
        let id = input["callback_query_id"].as_str().unwrap_or_default();
        let text = input["text"].as_str().unwrap_or_default();
        if text.encode_utf16().count() > 200 {
            return Err(TelegramError::bad("MESSAGE_TOO_LONG"));
        }
        let mut state = self.lock();
        let Some(chat) = state.bots.entry(bot).or_default().queries.remove(id) else {
            return Err(TelegramError::bad("query is too old and response timeout expired or query ID is invalid"));
        };
        if let Some(last) = state.chats_of.get_mut(&(bot, chat)).and_then(|bubbles| bubbles.back_mut()) {
            last.toast = Some(text.to_owned()).filter(|text| !text.is_empty());
        }
        Ok(json!(true))
    }

    /// The chats that there are: the bot's name, its number, the person's number and their name.
    pub(crate) fn chats(&self) -> Vec<(String, i64, i64, Option<String>)> {
        let state = self.lock();
        let name = |bot: &i64| state.bots.get(bot).map(|bot| bot.name.clone()).unwrap_or_default();
        let chats = state.chats_of.keys();
        chats.map(|(bot, chat)| (name(bot), *bot, *chat, state.people.get(chat).cloned())).collect()
    }

    /// What stands in a chat, oldest first.
    pub(crate) fn bubbles(&self, bot: i64, chat: i64) -> Vec<Bubble> {
        self.lock().chats_of.get(&(bot, chat)).into_iter().flatten().cloned().collect()
    }

    /// The message that a button with this data is beneath: the newest.
    pub(super) fn beneath(bubbles: Option<&std::collections::VecDeque<Bubble>>, data: &str) -> Option<i64> {
        bubbles?.iter().rev().find(|bubble| bubble.tells(data)).map(|bubble| bubble.id)
    }
}

/// The oldest go first.
pub(super) fn keep(bubbles: &mut std::collections::VecDeque<Bubble>, bubble: Bubble) {
    bubbles.push_back(bubble);
    while bubbles.len() > KEPT {
        bubbles.pop_front();
    }
}

fn message(me: &Value, id: i64, checked: &Checked, at: Timestamp) -> Value {
    let chat = checked.chat;
    let mut message = json!({
        "message_id": id,
        "from": {"id": me["id"], "is_bot": true, "first_name": me["first_name"], "username": me["username"]},
        "chat": {"id": chat, "first_name": format!("User {chat}"), "type": "private"},
        "date": at.as_second(),
        "text": checked.read.seen,
    });
    if checked.keyboard.is_object() {
        message["reply_markup"] = checked.keyboard.clone();
    }
    message
}
