//! Calling the Bot API: messages, buttons, menu and webhook.

use std::time::Duration;

use kernel::{Fault, FaultKind, Locale, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Command, Part, call, parts};

/// Where the Bot API answers unless told otherwise.
const API: &str = "https://api.telegram.org";
/// How long one call may take.
const CALL: Duration = Duration::from_secs(10);
/// The longest wait that is waited between the parts of one message, in seconds.
const PATIENCE_SECONDS: u32 = 3;
/// How often a later part is tried.
const TRIES: u32 = 3;

/// A bot that can write to chats.
#[derive(Clone)]
pub struct Bot {
    http: reqwest::Client,
    base_url: String,
    token: Secret<String>,
}

/// A message in both of its forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// In `MarkdownV2`.
    pub markdown: &'a str,
    /// Without markup, in case Telegram cannot read the other.
    pub plain: &'a str,
}

/// A message that left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Telegram's name of it.
    pub message_id: i64,
    /// The chat's new number, when its group became a supergroup.
    pub moved_to: Option<i64>,
}

/// Why a message did not leave.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TelegramError {
    /// This chat can not be written to: blocked, gone, or never begun. For good.
    #[error("the chat cannot be written to: {0}")]
    Unreachable(String),
    /// The bot's token is no good. For good, until somebody sets another.
    #[error("telegram does not know the bot")]
    UnknownBot,
    /// Telegram refuses this message. For good.
    #[error("telegram refused the message: {0}")]
    Refused(String),
    /// Too many messages.
    #[error("telegram asks to wait {retry_after_seconds} seconds")]
    RateLimited {
        /// How long to wait.
        retry_after_seconds: u32,
    },
    /// Telegram was not reached, or is not well. The message did not leave.
    #[error("telegram does not answer")]
    Unavailable,
    /// Telegram was reached and did not say what became of the message: it may have left.
    #[error("telegram's answer is unknown")]
    Unknown,
}

impl TelegramError {
    /// Whether trying again is of no use.
    pub const fn is_permanent(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::UnknownBot | Self::Refused(_) => true,
            Self::RateLimited { .. } | Self::Unavailable | Self::Unknown => false,
        }
    }
}

impl Fault for TelegramError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Unreachable(_) | Self::Refused(_) => FaultKind::Conflict,
            Self::UnknownBot => FaultKind::Internal,
            Self::RateLimited { .. } | Self::Unavailable | Self::Unknown => FaultKind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "CHAT_UNREACHABLE",
            Self::Refused(_) => "MESSAGE_REFUSED",
            Self::UnknownBot => "INTERNAL",
            Self::RateLimited { .. } | Self::Unavailable | Self::Unknown => "UNAVAILABLE",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Refused(_) => true,
            Self::UnknownBot | Self::RateLimited { .. } | Self::Unavailable | Self::Unknown => false,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    ok: bool,
    result: Value,
    error_code: u16,
    description: String,
    parameters: Parameters,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Parameters {
    retry_after: Option<u32>,
    migrate_to_chat_id: Option<i64>,
}

/// What Telegram said other than yes.
enum Refusal {
    Error(TelegramError),
    Unparsable,
    Moved(i64),
}

impl Bot {
    /// The bot of this token, behind Telegram's address or behind `base_url` where that is given.
    pub fn new(http: reqwest::Client, base_url: Option<&str>, token: Secret<String>) -> Self {
        let base_url = base_url.filter(|url| !url.is_empty()).unwrap_or(API).trim_end_matches('/').to_owned();
        Self { http, base_url, token }
    }

    /// Sends a message, as several where it is too long for one: what is answered is the first. A chat that moved is followed,
    /// and a text that Telegram cannot read goes without markup, once. Once the first has left the message counts as sent: a
    /// later one that is throttled waits a moment, and one that does not leave is logged, so that nobody is told twice.
    ///
    /// # Errors
    /// See [`TelegramError`]: nothing left.
    pub async fn send(&self, chat_id: i64, text: Text<'_>) -> Result<Sent, TelegramError> {
        let mut parts = parts(text.markdown);
        // The plain form is the better one for what goes without markup.
        if let [only] = parts.as_mut_slice() {
            text.plain.clone_into(&mut only.plain);
        }
        let Some((first, rest)) = parts.split_first() else {
            return Err(TelegramError::Refused("message text is empty".to_owned()));
        };
        let mut message = self.send_part(chat_id, first).await?;
        for part in rest {
            match self.send_later_part(message.moved_to.unwrap_or(chat_id), part).await {
                Ok(sent) => message.moved_to = message.moved_to.or(sent.moved_to),
                Err(error) => {
                    tracing::error!(%error, "a message left in part: its reader has the beginning of it");
                    break;
                }
            }
        }
        Ok(message)
    }

    /// Sends a part that follows others, and waits where Telegram asks for that.
    async fn send_later_part(&self, chat_id: i64, part: &Part) -> Result<Sent, TelegramError> {
        let mut tries = 1;
        loop {
            match self.send_part(chat_id, part).await {
                Err(TelegramError::RateLimited { retry_after_seconds })
                    if retry_after_seconds <= PATIENCE_SECONDS && tries < TRIES =>
                {
                    tries += 1;
                    tokio::time::sleep(Duration::from_secs(retry_after_seconds.into())).await;
                }
                other => return other,
            }
        }
    }

    async fn send_part(&self, chat_id: i64, part: &Part) -> Result<Sent, TelegramError> {
        let mut moved_to = None;
        let mut with_markup = true;
        loop {
            let chat = moved_to.unwrap_or(chat_id);
            let mut body = json!({"chat_id": chat, "link_preview_options": {"is_disabled": true}});
            if with_markup {
                call::set(&mut body, "text", part.markdown.as_str());
                call::set(&mut body, "parse_mode", "MarkdownV2");
            } else {
                call::set(&mut body, "text", part.plain.as_str());
            }
            match self.call("sendMessage", &body).await {
                Ok(message) => {
                    let message_id = message.get("message_id").and_then(Value::as_i64).unwrap_or(0);
                    return Ok(Sent { message_id, moved_to });
                }
                Err(Refusal::Error(error)) => return Err(error),
                Err(Refusal::Moved(chat)) if moved_to.is_none() => moved_to = Some(chat),
                Err(Refusal::Moved(_)) => return Err(TelegramError::Unreachable("the chat keeps moving".to_owned())),
                Err(Refusal::Unparsable) if with_markup => with_markup = false,
                Err(Refusal::Unparsable) => return Err(TelegramError::Refused("can't parse entities".to_owned())),
            }
        }
    }

    /// Makes a call that [`super::BotReply`] has put together: an object with `method` and its parameters.
    ///
    /// # Errors
    /// See [`TelegramError`].
    pub async fn make(&self, call: &Value) -> Result<(), TelegramError> {
        let method = call.get("method").and_then(Value::as_str).unwrap_or_default();
        self.call(method, call).await.map(drop).map_err(Refusal::into_error)
    }

    /// Tells whoever pressed a button that it was heard, with a few words where there are any. A button that waited too long
    /// needs no answer any more.
    ///
    /// # Errors
    /// See [`TelegramError`].
    pub async fn answer_press(&self, query: &str, words: Option<&str>) -> Result<(), TelegramError> {
        match self.make(&heard(query, words)).await {
            Err(TelegramError::Refused(said)) if said.contains("query is too old") => Ok(()),
            other => other,
        }
    }

    /// The name by which people find the bot.
    ///
    /// # Errors
    /// See [`TelegramError`].
    pub async fn username(&self) -> Result<String, TelegramError> {
        let me = self.call("getMe", &json!({})).await.map_err(Refusal::into_error)?;
        Ok(me.get("username").and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    /// Has Telegram tell what the bot hears to an address, with a secret. Safe to repeat.
    ///
    /// # Errors
    /// See [`TelegramError`].
    pub async fn set_webhook(&self, url: &str, secret: &Secret<String>) -> Result<(), TelegramError> {
        let body = json!({
            "url": url, "secret_token": secret.expose(),
            "allowed_updates": ["message", "edited_message", "channel_post", "callback_query", "my_chat_member"],
        });
        self.call("setWebhook", &body).await.map(drop).map_err(Refusal::into_error)
    }

    /// Sets the menu of commands, for those who speak a language or, without one, for all others. Safe to repeat.
    ///
    /// # Errors
    /// See [`TelegramError`].
    pub async fn set_menu(&self, texts: Locale, of: Option<Locale>) -> Result<(), TelegramError> {
        let commands: Vec<Value> = Command::ALL
            .iter()
            .map(|command| json!({"command": command.name(), "description": command.description(texts)}))
            .collect();
        let mut body = json!({"commands": commands, "scope": {"type": "all_private_chats"}});
        if let Some(language) = of {
            call::set(&mut body, "language_code", language.tag());
        }
        self.call("setMyCommands", &body).await.map(drop).map_err(Refusal::into_error)
    }

    async fn call(&self, method: &str, body: &Value) -> Result<Value, Refusal> {
        // The token is part of the address, so an error that names the address must not leave this function.
        let url = format!("{}/bot{}/{method}", self.base_url, self.token.expose());
        let answer = match self.http.post(url).timeout(CALL).json(body).send().await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => return Err(Refusal::Error(TelegramError::Unavailable)),
            Err(_) => return Err(Refusal::Error(TelegramError::Unknown)),
        };
        let status = answer.status().as_u16();
        let header = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let bytes = answer.bytes().await.map_err(|_| Refusal::Error(TelegramError::Unknown))?;
        read(status, header, &bytes)
    }
}

/// The call that tells whoever pressed a button that it was heard.
pub fn heard(query: &str, words: Option<&str>) -> Value {
    let mut call = json!({"method": "answerCallbackQuery", "callback_query_id": query});
    if let Some(words) = words {
        // Telegram shows 200 characters.
        call::set(&mut call, "text", words.chars().take(200).collect::<String>());
    }
    call
}

impl Refusal {
    fn into_error(self) -> TelegramError {
        match self {
            Self::Error(error) => error,
            Self::Unparsable => TelegramError::Refused("can't parse entities".to_owned()),
            Self::Moved(_) => TelegramError::Unreachable("the chat has moved".to_owned()),
        }
    }
}

fn read(status: u16, retry_after_header: Option<u32>, bytes: &[u8]) -> Result<Value, Refusal> {
    let answer: Answer = serde_json::from_slice(bytes).unwrap_or_default();
    if answer.ok {
        return Ok(answer.result);
    }
    if let Some(chat) = answer.parameters.migrate_to_chat_id {
        return Err(Refusal::Moved(chat));
    }
    let code = if answer.error_code == 0 { status } else { answer.error_code };
    let said = answer.description;
    Err(match code {
        // What was to be put there stands there already.
        400 if said.contains("message is not modified") => return Ok(Value::Null),
        400 if said.contains("can't parse entities") => Refusal::Unparsable,
        400 if said.contains("chat not found") => Refusal::Error(TelegramError::Unreachable(said)),
        403 => Refusal::Error(TelegramError::Unreachable(said)),
        401 | 404 => Refusal::Error(TelegramError::UnknownBot),
        429 => {
            let retry_after_seconds = answer.parameters.retry_after.or(retry_after_header).unwrap_or(1);
            Refusal::Error(TelegramError::RateLimited { retry_after_seconds })
        }
        400..=499 => Refusal::Error(TelegramError::Refused(said)),
        503 => Refusal::Error(TelegramError::Unavailable),
        // What stands before Telegram's servers may say so after they took the message.
        _ => Refusal::Error(TelegramError::Unknown),
    })
}

#[cfg(test)]
#[path = "bot_tests.rs"]
mod tests;
