//! What people do in Telegram, delivered to the bot's webhook with its secret.

use std::{sync::Arc, time::Duration};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Bot, Bubble, ChatState, Telegram, TelegramError, Webhook, messages::keep};

/// Waits before tries after the first. Telegram tries at once and then doubles from two seconds.
const WAITS: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_millis(20),
    Duration::from_millis(40),
    Duration::from_millis(80),
    Duration::from_millis(160),
];
/// How long Telegram waits for an answer.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Something that a user does in the chat with a bot.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserAction {
    /// The chat, and in private chats the user.
    pub chat_id: i64,
    /// A message that is written.
    pub text: Option<String>,
    /// The data of a button that is pressed.
    pub callback_data: Option<String>,
    /// `id` or `en`.
    pub language: Option<String>,
    /// The user's first name.
    pub first_name: Option<String>,
}

/// Why nothing was delivered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// No bot goes by this name, number or token.
    #[error("no bot is known as {0}: it must have called the API, or been registered, before")]
    UnknownBot(String),
    /// Neither or both of text and callback data.
    #[error("give either text or callbackData")]
    NothingDone,
}

impl Telegram {
    /// Delivers what a user did to the bot `name` (its name, number or token); answers the update's id. Without a
    /// webhook it waits until one is set.
    pub fn user_does(self: &Arc<Self>, name: &str, action: &UserAction) -> Result<i64, UpdateError> {
        let at = self.clock.now();
        let now = at.as_second();
        let mut state = self.lock();
        let number = name.split(':').next().and_then(|number| number.parse::<i64>().ok());
        let bot = state.bots.iter().find(|(id, bot)| Some(**id) == number || bot.name == name).map(|(id, _)| *id);
        let bot = bot.ok_or_else(|| UpdateError::UnknownBot(name.to_owned()))?;
        // Whoever writes to a bot can be written to.
        state.chats.insert(action.chat_id, ChatState::Open);
        state.updates += 1;
        state.messages += 1;
        let (update, message) = (700_000 + state.updates, state.messages);
        if let Some(name) = &action.first_name {
            state.people.insert(action.chat_id, name.clone());
        }
        let first_name = action.first_name.clone().unwrap_or_else(|| format!("User {}", action.chat_id));
        let from = json!({
            "id": action.chat_id, "is_bot": false, "first_name": first_name,
            "language_code": action.language.as_deref().unwrap_or("id"),
        });
        let chat = json!({"id": action.chat_id, "first_name": first_name, "type": "private"});
        let body = match (&action.text, &action.callback_data) {
            (Some(text), None) => {
                let mut content = json!({"message_id": message, "from": from, "chat": chat, "date": now, "text": text});
                if text.starts_with('/') {
                    let length = text.split_whitespace().next().unwrap_or_default().encode_utf16().count();
                    content["entities"] = json!([{"offset": 0, "length": length, "type": "bot_command"}]);
                }
                keep(state.chats_of.entry((bot, action.chat_id)).or_default(), Bubble::of_person(message, text, at));
                json!({"update_id": update, "message": content})
            }
            (None, Some(data)) => {
                let query = format!("q{update}");
                // A button that nobody sees is one that somebody made up.
                let beneath = Self::beneath(state.chats_of.get(&(bot, action.chat_id)), data);
                let message = beneath.unwrap_or(message);
                state.bots.entry(bot).or_default().queries.insert(query.clone(), action.chat_id);
                json!({"update_id": update, "callback_query": {
                    "id": query, "from": from, "chat_instance": "-3", "data": data,
                    "message": {"message_id": message, "chat": chat, "date": now, "text": ""},
                }})
            }
            _ => return Err(UpdateError::NothingDone),
        };
        let webhook = state.bots.get(&bot).and_then(|bot| bot.webhook.clone());
        match webhook {
            Some(webhook) => self.deliver(bot, webhook, vec![body]),
            None => state.bots.entry(bot).or_default().pending.push(body),
        }
        Ok(update)
    }

    pub(super) fn set_webhook(self: &Arc<Self>, bot: i64, input: &Value) -> Result<Value, TelegramError> {
        let url = input["url"].as_str().unwrap_or_default();
        let mut state = self.lock();
        let bot_state: &mut Bot = state.bots.entry(bot).or_default();
        if url.is_empty() {
            bot_state.webhook = None;
            return Ok(json!(true));
        }
        // Telegram itself takes HTTPS only; loopback stands for it here.
        if !url.starts_with("https://") && !url.starts_with("http://127.0.0.1") && !url.starts_with("http://localhost")
        {
            return Err(TelegramError::bad("bad webhook: An HTTPS URL must be provided for webhook"));
        }
        let secret = input["secret_token"].as_str();
        let legal = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
        if secret.is_some_and(|secret| secret.is_empty() || secret.len() > 256 || !secret.chars().all(legal)) {
            return Err(TelegramError::bad("secret token contains unallowed characters"));
        }
        let webhook = Webhook {
            url: url.to_owned(),
            secret: secret.map(str::to_owned),
            allowed: input["allowed_updates"].clone(),
        };
        bot_state.webhook = Some(webhook.clone());
        let pending = std::mem::take(&mut bot_state.pending);
        if input["drop_pending_updates"] != true && !pending.is_empty() {
            self.deliver(bot, webhook, pending);
        }
        Ok(json!(true))
    }

    pub(super) fn webhook_info(&self, bot: i64) -> Value {
        let mut state = self.lock();
        let bot = state.bots.entry(bot).or_default();
        let webhook = bot.webhook.clone();
        let mut info = json!({
            "url": webhook.as_ref().map_or("", |webhook| webhook.url.as_str()),
            "has_custom_certificate": false,
            "pending_update_count": bot.pending.len(),
        });
        if let Some((at, error)) = &bot.last_error {
            info["last_error_date"] = at.as_second().into();
            info["last_error_message"] = error.clone().into();
        }
        if let Some(allowed) = webhook.map(|webhook| webhook.allowed).filter(Value::is_array) {
            info["allowed_updates"] = allowed;
        }
        info
    }

    /// Sends updates one after the other, as Telegram does within a chat.
    fn deliver(self: &Arc<Self>, bot: i64, webhook: Webhook, updates: Vec<Value>) {
        self.deliveries.spawn(Arc::clone(self).send(bot, webhook, updates));
    }

    async fn send(self: Arc<Self>, bot: i64, webhook: Webhook, updates: Vec<Value>) {
        for update in updates {
            for wait in std::iter::once(Duration::ZERO).chain(WAITS) {
                tokio::time::sleep(wait).await;
                let mut request = self.client.post(&webhook.url).timeout(TIMEOUT).json(&update);
                if let Some(secret) = &webhook.secret {
                    request = request.header("x-telegram-bot-api-secret-token", secret);
                }
                let failure = match request.send().await {
                    Ok(answer) if answer.status().is_success() => {
                        self.obey(bot, &answer.json().await.unwrap_or(Value::Null));
                        break;
                    }
                    Ok(answer) => format!("Wrong response from the webhook: {}", answer.status()),
                    Err(error) => error.to_string(),
                };
                tracing::warn!(url = webhook.url, failure, "telegram fake: update not taken");
                let now = self.clock.now();
                self.lock().bots.entry(bot).or_default().last_error = Some((now, failure));
            }
        }
    }

    /// An answer to a webhook may itself be a call; nobody learns what came of it.
    fn obey(self: &Arc<Self>, bot: i64, answer: &Value) {
        let Some(method) = answer["method"].as_str() else { return };
        if let Err(error) = self.carry_out(bot, method, answer) {
            tracing::warn!(
                bot,
                method,
                error = error.description,
                "telegram fake: the call in a webhook's answer failed"
            );
        }
    }
}
