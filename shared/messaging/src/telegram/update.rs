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
    /// The user of a private chat blocked the bot.
    Blocked(Chat),
    /// Somebody wrote these words where others read them, in a group or a channel: those that could be a secret of ours.
    Posted(Vec<String>),
    /// Nothing that concerns us.
    Nothing,
}

/// A private chat.
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
    let private = |chat: &WireChat, from: Option<&From>| {
        let language = from.map_or(Locale::En, |from| Locale::of_tag(&from.language_code));
        (chat.kind == "private").then_some(Chat { id: chat.id, language })
    };
    let mut others = [wire.edited_message, wire.channel_post].into_iter().flatten();
    let of_others = others.find_map(|message| posted(&message));
    let of_message = wire.message.and_then(|message| {
        let Some(chat) = private(&message.chat, message.from.as_ref()) else { return posted(&message) };
        Some(match command(&message.text) {
            Some((name, argument)) => ChatEvent::Command { chat, name, argument },
            None => ChatEvent::Chatter(chat),
        })
    });
    let of_member = wire.my_chat_member.and_then(|member| {
        let chat = private(&member.chat, member.from.as_ref())?;
        (member.now.status == "kicked").then_some(ChatEvent::Blocked(chat))
    });
    Ok(Update { id: wire.update_id, heard: of_message.or(of_others).or(of_member).unwrap_or(ChatEvent::Nothing) })
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
        Ok(Wire { update_id, message: None, edited_message: None, channel_post: None, my_chat_member: None })
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

/// `/start@toko_bot lnk_1` is the command `start` and what follows it.
fn command(text: &str) -> Option<(String, String)> {
    let text = text.trim().strip_prefix('/')?;
    let (name, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let name = name.split('@').next().unwrap_or_default().to_ascii_lowercase();
    Some((name, argument.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(json: &str) -> ChatEvent {
        parse(json.as_bytes()).unwrap().heard
    }

    const BUDI: Chat = Chat { id: 42, language: Locale::Id };

    #[test]
    fn the_samples_are_heard() {
        let start = r#"{"update_id":700001,"message":{"message_id":12,"from":{"id":42,"is_bot":false,"first_name":"Budi",
            "username":"budi","language_code":"id"},"chat":{"id":42,"first_name":"Budi","type":"private"},"date":1750000000,
            "text":"/start ref_9","entities":[{"offset":0,"length":6,"type":"bot_command"}]}}"#;
        assert_eq!(parse(start.as_bytes()).unwrap().id, 700_001);
        assert_eq!(
            heard(start),
            ChatEvent::Command { chat: BUDI, name: "start".to_owned(), argument: "ref_9".to_owned() }
        );
        assert_eq!(heard(&start.replace("/start ref_9", "  /START@toko_bot   ref_9 ")), heard(start));
        assert_eq!(heard(&start.replace("/start ref_9", "halo")), ChatEvent::Chatter(BUDI));
        assert_eq!(heard(&start.replace("private", "group")), ChatEvent::Nothing);
        let words = || ChatEvent::Posted(vec!["lnk_1".to_owned()]);
        let group = start.replace("private", "supergroup");
        for text in ["/start lnk_1", "/start@toko_bot lnk_1", "try https://t.me/toko_bot?start=lnk_1, it works"] {
            assert_eq!(heard(&group.replace("/start ref_9", text)), words(), "{text}");
        }
        assert_eq!(heard(&group.replace("\"text\":\"/start ref_9\"", "\"caption\":\"lnk_1\"")), words());
        assert_eq!(
            heard(&group.replace("/start ref_9", "lnk_1").replace("\"message\":", "\"edited_message\":")),
            words()
        );
        let blocked = r#"{"update_id":700003,"my_chat_member":{"chat":{"id":42,"type":"private"},
            "from":{"id":42,"language_code":"id"},"date":1750000002,"old_chat_member":{"status":"member"},
            "new_chat_member":{"status":"kicked"}}}"#;
        assert_eq!(heard(blocked), ChatEvent::Blocked(BUDI));
        assert_eq!(heard(&blocked.replace("kicked", "member")), ChatEvent::Nothing);
        assert_eq!(
            heard(r#"{"update_id":700002,"callback_query":{"id":"4382bfdwdsb323b2d9","data":"cancel"}}"#),
            ChatEvent::Nothing
        );
    }

    #[test]
    fn odd_updates_are_taken_and_do_nothing() {
        assert_eq!(heard(r#"{"update_id":1}"#), ChatEvent::Nothing);
        assert_eq!(heard(r#"{"update_id":1,"message":{"chat":"x"}}"#), ChatEvent::Nothing);
        assert_eq!(heard(r#"{"update_id":1,"message":5}"#), ChatEvent::Nothing);
        for raw in ["", "[]", "[1]", "null", "{}", r#"{"update_id":"x"}"#, "{"] {
            assert_eq!(parse(raw.as_bytes()), Err(UpdateError::Malformed), "{raw}");
        }
    }

    #[test]
    fn only_the_secret_opens() {
        let secret = Secret::new("s3cret".to_owned());
        assert_eq!(verify(Some("s3cret"), &secret), Ok(()));
        for given in [None, Some(""), Some("s3cre"), Some("s3crets"), Some("S3CRET")] {
            assert_eq!(verify(given, &secret), Err(UpdateError::NotFromTelegram), "{given:?}");
        }
        let none = Secret::new(String::new());
        assert_eq!(verify(None, &none), Err(UpdateError::NotFromTelegram), "an empty secret is none");
    }
}
