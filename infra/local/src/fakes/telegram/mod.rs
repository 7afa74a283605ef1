//! Telegram's Bot API: sending, webhooks and commands, with its envelopes and its refusals.

mod http_api;
mod markup;
mod updates;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use http_api::router;
pub use updates::{UpdateError, UserAction};

use crate::{
    fakes::deliveries::Deliveries,
    mailbox::{Draft, Mailbox},
    time::clock::TestClock,
};

/// The longest text of a message, characters after its markup is read.
const MAX_TEXT: usize = 4096;

/// The fake.
pub struct Telegram {
    clock: Arc<TestClock>,
    client: reqwest::Client,
    deliveries: Deliveries,
    mailbox: Arc<Mailbox>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By bot id, the number before the colon of its token.
    bots: BTreeMap<i64, Bot>,
    chats: BTreeMap<i64, ChatState>,
    /// First names, of those who have told them.
    people: BTreeMap<i64, String>,
    revoked: BTreeSet<String>,
    settings: Settings,
    messages: i64,
    updates: i64,
    sent: BTreeMap<(i64, i64), Timestamp>,
}

#[derive(Clone, Debug, Default)]
struct Bot {
    /// Its user name, which the control API may call it by.
    name: String,
    webhook: Option<Webhook>,
    commands: BTreeMap<String, Value>,
    pending: Vec<Value>,
    last_error: Option<(Timestamp, String)>,
    queries: BTreeSet<String>,
}

#[derive(Clone, Debug)]
struct Webhook {
    url: String,
    secret: Option<String>,
    allowed: Value,
}

/// What a chat does with what it is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChatState {
    /// It reads.
    #[default]
    Open,
    /// Its user has blocked the bot.
    Blocked,
    /// Its user has left Telegram.
    Deactivated,
    /// There is no such chat.
    Unknown,
}

/// How the fake misbehaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// A second message to one chat within a second is refused with 429.
    pub limit_chats: bool,
    /// So many calls are refused with 429 and this many seconds to wait.
    pub too_many_requests: u32,
    /// The seconds that a 429 names.
    pub retry_after: u32,
    /// So many calls fail with 502 after they have been carried out.
    pub lose_replies: u32,
}

/// An error in Telegram's shape.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TelegramError {
    code: u16,
    description: String,
    retry_after: Option<u32>,
}

impl TelegramError {
    fn bad(description: &str) -> Self {
        Self { code: 400, description: format!("Bad Request: {description}"), retry_after: None }
    }

    fn forbidden(description: &str) -> Self {
        Self { code: 403, description: format!("Forbidden: {description}"), retry_after: None }
    }

    fn too_many(retry_after: u32) -> Self {
        let description = format!("Too Many Requests: retry after {retry_after}");
        Self { code: 429, description, retry_after: Some(retry_after) }
    }
}

impl Telegram {
    pub(crate) fn new(
        clock: Arc<TestClock>,
        client: reqwest::Client,
        deliveries: Deliveries,
        mailbox: Arc<Mailbox>,
    ) -> Self {
        Self { clock, client, deliveries, mailbox, state: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        *self.lock() = State::default();
    }

    /// Names the bot of a token, so that the control API can speak of it; bots are otherwise known by their number.
    pub fn register_bot(&self, name: &str, token: &str) {
        if let Some(id) = bot_id(token) {
            name.clone_into(&mut self.lock().bots.entry(id).or_default().name);
        }
    }

    /// Names the bot of a token and sets its webhook, as its owner would.
    pub(crate) fn connect(self: &Arc<Self>, name: &str, token: &str, url: &str, secret: &str) {
        self.register_bot(name, token);
        let webhook = serde_json::json!({ "url": url, "secret_token": secret });
        if let Some(Err(error)) = bot_id(token).map(|bot| self.set_webhook(bot, &webhook)) {
            tracing::warn!(?error, "the bot's webhook could not be set");
        }
    }

    /// Makes the token worthless: calls with it answer 401.
    pub fn revoke(&self, token: &str) {
        self.lock().revoked.insert(token.to_owned());
    }

    /// What a chat does from now on.
    pub fn set_chat(&self, chat: i64, state: ChatState) {
        self.lock().chats.insert(chat, state);
    }

    /// Makes the fake misbehave.
    pub fn set_settings(&self, settings: Settings) {
        self.lock().settings = settings;
    }

    /// Answers `/bot<token>/<method>`.
    fn call(self: &Arc<Self>, token: &str, method: &str, input: &Value) -> Result<Value, TelegramError> {
        let not_found = || TelegramError { code: 404, description: "Not Found".to_owned(), retry_after: None };
        let bot = bot_id(token).ok_or_else(not_found)?;
        {
            let mut state = self.lock();
            if state.revoked.contains(token) {
                return Err(TelegramError { code: 401, description: "Unauthorized".to_owned(), retry_after: None });
            }
            state.bots.entry(bot).or_default();
            if state.settings.too_many_requests > 0 {
                state.settings.too_many_requests -= 1;
                return Err(TelegramError::too_many(state.settings.retry_after.max(1)));
            }
        }
        let answer = match method.to_ascii_lowercase().as_str() {
            "getme" => Ok(self.me(bot)),
            "sendmessage" => self.send_message(bot, input),
            "setwebhook" => self.set_webhook(bot, input),
            "deletewebhook" => {
                self.lock().bots.entry(bot).or_default().webhook = None;
                Ok(json!(true))
            }
            "getwebhookinfo" => Ok(self.webhook_info(bot)),
            "answercallbackquery" => self.answer_callback_query(bot, input),
            "setmycommands" => self.set_commands(bot, input),
            "getmycommands" => {
                let language = input["language_code"].as_str().unwrap_or_default();
                Ok(self
                    .lock()
                    .bots
                    .entry(bot)
                    .or_default()
                    .commands
                    .get(language)
                    .cloned()
                    .unwrap_or_else(|| json!([])))
            }
            _ => Err(not_found()),
        };
        let mut state = self.lock();
        if state.settings.lose_replies > 0 {
            state.settings.lose_replies -= 1;
            return Err(TelegramError { code: 502, description: "Bad Gateway".to_owned(), retry_after: None });
        }
        answer
    }

    fn me(&self, bot: i64) -> Value {
        let name = self.lock().bots.entry(bot).or_default().name.clone();
        let name = if name.is_empty() { bot.to_string() } else { name };
        json!({
            "id": bot, "is_bot": true, "first_name": name, "username": format!("{name}_bot"),
            "can_join_groups": true, "can_read_all_group_messages": false, "supports_inline_queries": false,
        })
    }

    fn send_message(&self, bot: i64, input: &Value) -> Result<Value, TelegramError> {
        let chat = chat_id(input).ok_or_else(|| TelegramError::bad("chat_id is empty"))?;
        let raw = input["text"].as_str().unwrap_or_default();
        let text = markup::plain(raw, input["parse_mode"].as_str().unwrap_or_default())
            .map_err(|error| TelegramError::bad(&error))?;
        if text.trim().is_empty() {
            return Err(TelegramError::bad("message text is empty"));
        }
        if text.chars().count() > MAX_TEXT {
            return Err(TelegramError::bad("message is too long"));
        }
        markup::check_keyboard(&input["reply_markup"]).map_err(|error| TelegramError::bad(&error))?;
        let me = self.me(bot);
        let now = self.clock.now();
        let id = {
            let mut state = self.lock();
            match state.chats.get(&chat).copied().unwrap_or_default() {
                ChatState::Open => {}
                ChatState::Blocked => return Err(TelegramError::forbidden("bot was blocked by the user")),
                ChatState::Deactivated => return Err(TelegramError::forbidden("user is deactivated")),
                ChatState::Unknown => return Err(TelegramError::bad("chat not found")),
            }
            let last = state.sent.get(&(bot, chat)).copied();
            if state.settings.limit_chats && last.is_some_and(|last| now.duration_since(last).as_secs() < 1) {
                return Err(TelegramError::too_many(1));
            }
            state.sent.insert((bot, chat), now);
            state.messages += 1;
            state.messages
        };
        self.mailbox.post(Draft {
            channel: "telegram",
            to: chat.to_string(),
            to_name: self.lock().people.get(&chat).cloned(),
            from: me["username"].as_str().unwrap_or_default().to_owned(),
            subject: None,
            text: text.clone(),
            html: (input["parse_mode"] == "HTML").then(|| raw.to_owned()),
            reply_to: None,
            attachments: Vec::new(),
            unsubscribe: None,
        });
        let mut message = json!({
            "message_id": id,
            "from": {"id": bot, "is_bot": true, "first_name": me["first_name"], "username": me["username"]},
            "chat": {"id": chat, "first_name": format!("User {chat}"), "type": "private"},
            "date": now.as_second(),
            "text": text,
        });
        if input["reply_markup"].is_object() {
            message["reply_markup"] = input["reply_markup"].clone();
        }
        Ok(message)
    }

    fn set_commands(&self, bot: i64, input: &Value) -> Result<Value, TelegramError> {
        let commands = input["commands"].as_array().filter(|commands| commands.len() <= 100);
        let commands = commands.ok_or_else(|| TelegramError::bad("can't parse commands"))?;
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
        let language = input["language_code"].as_str().unwrap_or_default().to_owned();
        self.lock().bots.entry(bot).or_default().commands.insert(language, input["commands"].clone());
        Ok(json!(true))
    }

    fn answer_callback_query(&self, bot: i64, input: &Value) -> Result<Value, TelegramError> {
        let id = input["callback_query_id"].as_str().unwrap_or_default();
        if self.lock().bots.entry(bot).or_default().queries.remove(id) {
            return Ok(json!(true));
        }
        Err(TelegramError::bad("query is too old and response timeout expired or query ID is invalid"))
    }
}

/// The number of a bot, by a token of the right shape.
fn bot_id(token: &str) -> Option<i64> {
    let (id, secret) = token.split_once(':')?;
    let legal = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    (secret.len() >= 10 && secret.chars().all(legal)).then(|| id.parse().ok()).flatten()
}

/// JSON gives a number, a form gives text.
fn chat_id(input: &Value) -> Option<i64> {
    input["chat_id"].as_i64().or_else(|| input["chat_id"].as_str()?.parse().ok())
}

#[cfg(test)]
mod tests;
