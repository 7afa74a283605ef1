//! What a bot hears.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use kernel::{Fault, FaultKind, Locale, Secret};
use serde::Deserialize;

/// One update, of which each is delivered at least once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Which one; dedupe by it.
    pub id: i64,
    /// What happened.
    pub heard: ChatEvent,
}

/// What happened in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatEvent {
    /// Somebody wrote a command in a private chat.
    Command {
        /// Where, and in which language.
        chat: Chat,
        /// Without the slash, in lower case.
        name: String,
        /// What follows it.
        argument: String,
    },
    /// Somebody wrote something else in a private chat.
    Chatter(Chat),
    /// Somebody pressed a button beneath a message in a private chat.
    Pressed(Pressed),
    /// The user of a private chat blocked the bot.
    Blocked(Chat),
    /// The user of a private chat lets the bot write again.
    Unblocked(Chat),
    /// Somebody wrote a command to a bot, which it names, where others read it.
    InGroup {
        /// Where, and in which language.
        chat: Chat,
        /// Without the slash, in lower case.
        name: String,
        /// The user name of the bot that is meant, in lower case.
        bot: String,
    },
    /// Somebody pressed a button where others read the answer.
    PressedInGroup {
        /// Telegram's name of what was pressed.
        query: String,
        /// The language of whoever pressed.
        language: Locale,
    },
    /// Somebody wrote these words where others read them, in a group or a channel: those that could be a secret of ours.
    Posted(Vec<String>),
    /// Nothing that concerns us.
    Nothing,
}

/// A button that was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pressed {
    /// Where, and in which language.
    pub chat: Chat,
    /// Telegram's name of it, to be answered.
    pub query: String,
    /// Beneath which message.
    pub message_id: i64,
    /// What the button tells: the wish of whoever pressed it, and no proof of anything.
    pub data: String,
}

/// A chat with one person, unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chat {
    /// Its number.
    pub id: i64,
    /// The language of whoever wrote.
    pub language: Locale,
}

/// Why an update is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// The secret header is not the bot's.
    #[error("the secret token is not that of this bot")]
    NotFromTelegram,
    /// The body is no update.
    #[error("the update cannot be read")]
    Malformed,
}

impl Fault for UpdateError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFromTelegram => FaultKind::Unauthenticated,
            Self::Malformed => FaultKind::Malformed,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFromTelegram => "INVALID_SIGNATURE",
            Self::Malformed => "INVALID_BODY",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::NotFromTelegram | Self::Malformed => false,
        }
    }
}

#[derive(Deserialize)]
struct Wire {
    update_id: i64,
    message: Option<Message>,
    edited_message: Option<Message>,
    channel_post: Option<Message>,
    my_chat_member: Option<Member>,
    callback_query: Option<Query>,
}

#[derive(Deserialize)]
struct Query {
    id: String,
    from: From,
    message: Option<Beneath>,
    #[serde(default)]
    data: String,
}

#[derive(Deserialize)]
struct Beneath {
    message_id: i64,
    chat: WireChat,
}

#[derive(Deserialize)]
struct Message {
    from: Option<From>,
    chat: WireChat,
    #[serde(default)]
    text: String,
    #[serde(default)]
    caption: String,
}

#[derive(Deserialize)]
struct Member {
    from: Option<From>,
    chat: WireChat,
    #[serde(rename = "new_chat_member")]
    now: Status,
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    status: String,
}

#[derive(Deserialize)]
struct From {
    #[serde(default)]
    id: i64,
    #[serde(default)]
    language_code: String,
}

#[derive(Deserialize)]
struct WireChat {
    id: i64,
    #[serde(default, rename = "type")]
    kind: String,
}

/// Checks that the header `X-Telegram-Bot-Api-Secret-Token` is the bot's secret, in constant time.
///
/// # Errors
/// `NotFromTelegram`; always, for a bot whose secret is empty.
pub fn verify(header: Option<&str>, secret: &Secret<String>) -> Result<(), UpdateError> {
    let given = header.unwrap_or_default();
    let equal = verify_slices_are_equal(given.as_bytes(), secret.expose().as_bytes()).is_ok();
    if equal && !secret.expose().is_empty() { Ok(()) } else { Err(UpdateError::NotFromTelegram) }
}

/// Reads an update. Kinds of updates that we do not know are heard as nothing.
///
/// # Errors
/// `Malformed`: the body is no JSON object with an `update_id`.
pub fn parse(raw: &[u8]) -> Result<Update, UpdateError> {
    let wire: Wire = match serde_json::from_slice(raw) {
        Ok(wire) => wire,
        // A message of a shape that we do not know: what counts is that it is not sent for ever.
        Err(_) => Bare::parse(raw)?,
    };
    let mut others = [wire.edited_message, wire.channel_post].into_iter().flatten();
    let of_others = others.find_map(|message| posted(&message));
    let of_message = wire.message.and_then(|message| of_message(&message));
    let of_member = wire.my_chat_member.and_then(|member| of_member(&member));
    let of_query = wire.callback_query.and_then(of_query);
    let heard = of_message.or(of_others).or(of_query).or(of_member).unwrap_or(ChatEvent::Nothing);
    Ok(Update { id: wire.update_id, heard })
}

fn chat(chat: &WireChat, from: Option<&From>) -> Chat {
    Chat { id: chat.id, language: from.map_or(Locale::En, |from| Locale::of_tag(&from.language_code)) }
}

fn of_message(message: &Message) -> Option<ChatEvent> {
    let chat = chat(&message.chat, message.from.as_ref());
    let command = command(&message.text);
    if message.chat.kind != "private" {
        // Codes first: whatever else a message says, what others have read of them is void.
        let to_a_bot = || {
            let Said { name, bot: Some(bot), .. } = command? else { return None };
            Some(ChatEvent::InGroup { chat, name, bot })
        };
        return posted(message).or_else(to_a_bot);
    }
    Some(match command {
        Some(Said { name, argument, .. }) => ChatEvent::Command { chat, name, argument },
        None => ChatEvent::Chatter(chat),
    })
}

fn of_member(member: &Member) -> Option<ChatEvent> {
    let chat = chat(&member.chat, member.from.as_ref());
    match member.now.status.as_str() {
        _ if member.chat.kind != "private" => None,
        "kicked" => Some(ChatEvent::Blocked(chat)),
        "member" => Some(ChatEvent::Unblocked(chat)),
        _ => None,
    }
}

fn of_query(query: Query) -> Option<ChatEvent> {
    // Without a message it is a button beneath something that was sent from one chat into another: none of ours is.
    let beneath = query.message?;
    let chat = chat(&beneath.chat, Some(&query.from));
    // A private chat has the number of its user.
    if beneath.chat.kind != "private" || query.from.id != chat.id {
        return Some(ChatEvent::PressedInGroup { query: query.id, language: chat.language });
    }
    let Query { id: query, data, .. } = query;
    Some(ChatEvent::Pressed(Pressed { chat, query, message_id: beneath.message_id, data }))
}

#[derive(Deserialize)]
struct Bare {
    update_id: i64,
}

impl Bare {
    fn parse(raw: &[u8]) -> Result<Wire, UpdateError> {
        if !raw.trim_ascii_start().starts_with(b"{") {
            return Err(UpdateError::Malformed);
        }
        let bare: Self = serde_json::from_slice(raw).map_err(|_| UpdateError::Malformed)?;
        let update_id = bare.update_id;
        Ok(Wire {
            update_id,
            message: None,
            edited_message: None,
            channel_post: None,
            my_chat_member: None,
            callback_query: None,
        })
    }
}

/// What others read of a message that is not in a private chat; a link that opens the bot ends with the code.
fn posted(message: &Message) -> Option<ChatEvent> {
    if message.chat.kind == "private" {
        return None;
    }
    let separates = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    let words = message.text.split(separates).chain(message.caption.split(separates));
    let words: Vec<String> = words.filter(|word| word.starts_with("lnk_")).map(str::to_owned).collect();
    (!words.is_empty()).then_some(ChatEvent::Posted(words))
}

/// A command.
struct Said {
    name: String,
    argument: String,
    bot: Option<String>,
}

/// `/start@toko_bot lnk_1` is the command `start` to `toko_bot`, and what follows it.
fn command(text: &str) -> Option<Said> {
    let text = text.trim().strip_prefix('/')?;
    let (name, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (name, bot) = name.split_once('@').map_or((name, None), |(name, bot)| (name, Some(bot)));
    let bot = bot.map(str::to_ascii_lowercase);
    Some(Said { name: name.to_ascii_lowercase(), argument: argument.trim().to_owned(), bot })
}

#[cfg(test)]
#[path = "update_tests.rs"]
mod tests;
