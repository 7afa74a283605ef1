//! Push services: Firebase Cloud Messaging with Google's tokens, and the Web Push service of a browser, both on one port.
//!
//! Apps need no registration here: any token of theirs is taken, but for those that begin with `gone-` (the app was taken
//! away) and `invalid-`. Browsers are opened by the control API, which gives what a page gets of a subscription; what
//! reaches them is decrypted as a browser does it, and lands in the mailbox.

mod fcm;
mod http_api;
mod web;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use http_api::router;

use crate::{
    mailbox::{Draft, Mailbox},
    random,
    time::clock::TestClock,
};

/// The RSA key of every sandbox account, that of RFC 7515, appendix A.2: a key for each tenant would take seconds to make.
pub(crate) const ACCOUNT_KEY: &str = include_str!("../../../../../shared/messaging/src/push/vectors/rfc7515_a2.pem");

/// The fake.
pub struct Push {
    clock: Arc<TestClock>,
    mailbox: Arc<Mailbox>,
    /// Where it listens, without a trailing slash.
    base_url: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Projects by the address of their service account.
    accounts: BTreeMap<String, String>,
    /// Projects by the tokens that Google gave, with their ends.
    tokens: BTreeMap<String, (String, Timestamp)>,
    browsers: BTreeMap<String, web::Browser>,
    settings: Settings,
    sent: u64,
}

/// How the fake misbehaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// So many messages are refused with 429.
    pub too_many_requests: u32,
    /// So many messages are refused with 503.
    pub unavailable: u32,
}

/// How a message is refused at once.
enum Misbehaviour {
    TooMany,
    Unavailable,
}

impl Push {
    pub(crate) fn new(clock: Arc<TestClock>, mailbox: Arc<Mailbox>, base_url: String) -> Self {
        Self { clock, mailbox, base_url, state: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        *self.lock() = State::default();
    }

    /// Opens a Firebase project whose service account signs with [`ACCOUNT_KEY`].
    pub fn register_account(&self, email: &str, project: &str) {
        self.lock().accounts.insert(email.to_owned(), project.to_owned());
    }

    /// Makes the fake misbehave.
    pub fn set_settings(&self, settings: Settings) {
        self.lock().settings = settings;
    }

    /// Opens a browser: its id, and its subscription as a page gets it.
    pub fn open_browser(&self) -> (String, Value) {
        let id = random::letters_and_digits(22);
        let browser = web::Browser::new();
        let (p256dh, auth) = browser.keys();
        let subscription =
            json!({"endpoint": format!("{}/push/{id}", self.base_url), "keys": {"p256dh": p256dh, "auth": auth}});
        self.lock().browsers.insert(id.clone(), browser);
        (id, subscription)
    }

    /// The page's permission is taken away. Whether there was such a browser.
    pub fn close_browser(&self, id: &str) -> bool {
        match self.lock().browsers.get_mut(id) {
            Some(browser) => {
                browser.is_closed = true;
                true
            }
            None => false,
        }
    }

    /// Whether and how the next message is to be refused.
    fn misbehaves(&self) -> Option<Misbehaviour> {
        let mut state = self.lock();
        if state.settings.too_many_requests > 0 {
            state.settings.too_many_requests -= 1;
            return Some(Misbehaviour::TooMany);
        }
        if state.settings.unavailable > 0 {
            state.settings.unavailable -= 1;
            return Some(Misbehaviour::Unavailable);
        }
        None
    }

    fn deliver(&self, to: &str, from: &str, (title, body): (&str, &str)) {
        self.mailbox.post(Draft {
            channel: "push",
            to: to.to_owned(),
            to_name: None,
            from: from.to_owned(),
            subject: Some(title.to_owned()),
            text: body.to_owned(),
            html: None,
            reply_to: None,
            attachments: Vec::new(),
            unsubscribe: None,
        });
    }
}

#[cfg(test)]
mod tests;
