//! Telegram's Bot API: messages, buttons, webhooks and menus, with its envelopes and its refusals.

mod error;
mod http_api;
mod markup;
mod menus;
mod messages;
mod updates;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use error::TelegramError;
pub(crate) use http_api::router;
pub(crate) use messages::{Bubble, Key};
pub use updates::{UpdateError, UserAction};

use crate::{fakes::deliveries::Deliveries, mailbox::Mailbox, time::clock::TestClock};

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
    /// When each bot wrote to each chat last.
    sent: BTreeMap<(i64, i64), Timestamp>,
    /// What stands in the chat of a person with a bot, oldest first.
    chats_of: BTreeMap<(i64, i64), VecDeque<Bubble>>,
}

#[derive(Clone, Debug, Default)]
struct Bot {
    /// What the control API may call it by.
    name: String,
    /// Its name in Telegram, where it is not made of the other.
    username: Option<String>,
    webhook: Option<Webhook>,
    commands: BTreeMap<menus::Place, Value>,
    /// When it wrote, within the last second.
    wrote: VecDeque<Timestamp>,
    pending: Vec<Value>,
    last_error: Option<(Timestamp, String)>,
    /// The buttons that were pressed and not answered, and in which chat.
    queries: BTreeMap<String, i64>,
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
    /// A second message to one chat within a second of the test clock is refused with 429, and a thirty-first of a bot.
    pub limit_chats: bool,
    /// So many calls are refused with 429 and this many seconds to wait.
    pub too_many_requests: u32,
    /// The seconds that a 429 names.
    pub retry_after: u32,
    /// So many calls fail with 502 after they have been carried out.
    pub lose_replies: u32,
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

    /// Names the bot of a token, also in Telegram, and sets its webhook, as its owner would.
    pub(crate) fn connect(self: &Arc<Self>, (name, username): (&str, &str), token: &str, (url, secret): (&str, &str)) {
        self.register_bot(name, token);
        let Some(bot) = bot_id(token) else { return };
        self.lock().bots.entry(bot).or_default().username = Some(username.to_owned());
        let webhook = serde_json::json!({ "url": url, "secret_token": secret });
        if let Err(error) = self.set_webhook(bot, &webhook) {
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
        let answer = self.carry_out(bot, method, input);
        let mut state = self.lock();
        if state.settings.lose_replies > 0 {
            state.settings.lose_replies -= 1;
            return Err(TelegramError { code: 502, description: "Bad Gateway".to_owned(), retry_after: None });
        }
        answer
    }

    fn carry_out(self: &Arc<Self>, bot: i64, method: &str, input: &Value) -> Result<Value, TelegramError> {
        match method.to_ascii_lowercase().as_str() {
            "getme" => Ok(self.me(bot)),
            "sendmessage" => self.send_message(bot, input),
            "editmessagetext" => self.edit_text(bot, input),
            "editmessagereplymarkup" => self.edit_buttons(bot, input),
            "answercallbackquery" => self.answer_callback_query(bot, input),
            "setwebhook" => self.set_webhook(bot, input),
            "deletewebhook" => {
                self.lock().bots.entry(bot).or_default().webhook = None;
                Ok(json!(true))
            }
            "getwebhookinfo" => Ok(self.webhook_info(bot)),
            "setmycommands" => self.set_commands(bot, input),
            "getmycommands" => self.commands(bot, input),
            _ => Err(TelegramError { code: 404, description: "Not Found".to_owned(), retry_after: None }),
        }
    }

    fn me(&self, bot: i64) -> Value {
        let (name, username) = {
            let mut state = self.lock();
            let bot = state.bots.entry(bot).or_default();
            (bot.name.clone(), bot.username.clone())
        };
        let name = if name.is_empty() { bot.to_string() } else { name };
        let username = username.unwrap_or_else(|| format!("{name}_bot"));
        json!({
            "id": bot, "is_bot": true, "first_name": name, "username": username,
            "can_join_groups": true, "can_read_all_group_messages": false, "supports_inline_queries": false,
        })
    }
}

/// The number of a bot, by a token of the right shape.
fn bot_id(token: &str) -> Option<i64> {
    let (id, secret) = token.split_once(':')?;
    let legal = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    (secret.len() >= 10 && secret.chars().all(legal)).then(|| id.parse().ok()).flatten()
}

/// JSON gives a number, a form gives text.
fn number(input: &Value, name: &str) -> Option<i64> {
    input[name].as_i64().or_else(|| input[name].as_str()?.parse().ok())
}

#[cfg(test)]
mod tests;
