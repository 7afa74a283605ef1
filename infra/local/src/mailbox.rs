//! Every message that left the cloud for a person: mail, Telegram, SMS and push.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use crate::time::clock::TestClock;

/// How many messages are kept; the oldest go first.
const KEPT: usize = 5_000;

/// All messages, oldest first.
#[derive(Debug)]
pub struct Mailbox {
    clock: Arc<TestClock>,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    messages: Vec<Message>,
    sent: u64,
}

/// A message as its provider took it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Numbers the messages of this cloud.
    pub id: String,
    /// `email`, `telegram`, `sms` or `push`.
    pub channel: String,
    /// Address, chat id, phone number, browser or app.
    pub to: String,
    /// The recipient's name, where the address does not tell it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_name: Option<String>,
    /// Address, bot or sender.
    pub from: String,
    /// Where an answer goes, when that is not where it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// Mails only.
    pub subject: Option<String>,
    /// The plain text.
    pub text: String,
    /// The HTML, if it has any.
    pub html: Option<String>,
    /// The names of the files that come with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<String>,
    /// The header `List-Unsubscribe`, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsubscribe: Option<String>,
    /// On the test clock.
    pub sent_at: Timestamp,
}

/// A message before it has an id and a time.
#[derive(Clone, Debug)]
pub struct Draft {
    /// `email`, `telegram`, `sms` or `push`.
    pub channel: &'static str,
    /// Address, chat id, phone number, browser or app.
    pub to: String,
    /// The recipient's name, where the address does not tell it.
    pub to_name: Option<String>,
    /// Address, bot or sender.
    pub from: String,
    /// Where an answer goes, when that is not where it came from.
    pub reply_to: Option<String>,
    /// Mails only.
    pub subject: Option<String>,
    /// The plain text.
    pub text: String,
    /// The HTML, if it has any.
    pub html: Option<String>,
    /// The names of the files that come with it.
    pub attachments: Vec<String>,
    /// The header `List-Unsubscribe`, if it has one.
    pub unsubscribe: Option<String>,
}

impl Mailbox {
    /// An empty one.
    pub fn new(clock: Arc<TestClock>) -> Self {
        Self { clock, inner: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a message; answers its id.
    pub fn post(&self, draft: Draft) -> String {
        let sent_at = self.clock.now();
        let mut inner = self.lock();
        inner.sent = inner.sent.saturating_add(1);
        let id = format!("msg-{}", inner.sent);
        inner.messages.push(Message {
            id: id.clone(),
            channel: draft.channel.to_owned(),
            to: draft.to,
            to_name: draft.to_name,
            from: draft.from,
            reply_to: draft.reply_to,
            subject: draft.subject,
            text: draft.text,
            html: draft.html,
            attachments: draft.attachments,
            unsubscribe: draft.unsubscribe,
            sent_at,
        });
        if inner.messages.len() > KEPT {
            inner.messages.remove(0);
        }
        id
    }

    /// The messages of a channel and a recipient, newest last; `Name <a@b>` is found by `a@b` too.
    pub fn find(&self, channel: Option<&str>, to: Option<&str>) -> Vec<Message> {
        let wanted = |message: &&Message| {
            channel.is_none_or(|channel| message.channel == channel)
                && to.is_none_or(|to| {
                    message.to.eq_ignore_ascii_case(to)
                        || message.to.to_lowercase().ends_with(&format!("<{}>", to.to_lowercase()))
                })
        };
        self.lock().messages.iter().filter(wanted).cloned().collect()
    }

    /// One message.
    pub fn get(&self, id: &str) -> Option<Message> {
        self.lock().messages.iter().find(|message| message.id == id).cloned()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        *self.lock() = Inner::default();
    }
}
