//! Twilio's Messages API: sending SMS and reading what was sent, with its credentials, its refusals and its reports.

mod callbacks;
mod http_api;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use http_api::router;

use crate::{
    fakes::deliveries::Deliveries,
    mailbox::{Draft, Mailbox},
    time::clock::TestClock,
};

/// The longest body, in characters.
const MAX_BODY: usize = 1600;

/// The numbers that Twilio's test credentials refuse, each for its reason.
const REFUSED: [(&str, u32, &str); 5] = [
    ("+15005550001", 21_211, "Invalid 'To' Phone Number"),
    ("+15005550002", 21_612, "Message cannot be sent with the current combination of 'To' and/or 'From' parameters"),
    (
        "+15005550003",
        21_408,
        "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
    ),
    ("+15005550004", 21_610, "Attempt to send to unsubscribed recipient"),
    ("+15005550009", 21_614, "'To' number is not a valid mobile number"),
];

/// The fake.
pub struct Twilio {
    clock: Arc<TestClock>,
    client: reqwest::Client,
    deliveries: Deliveries,
    mailbox: Arc<Mailbox>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By account SID.
    accounts: BTreeMap<String, Account>,
    settings: Settings,
    /// Oldest first.
    messages: Vec<Value>,
}

#[derive(Clone, Debug)]
struct Account {
    token: String,
    sender: String,
}

/// How the fake misbehaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// So many calls are refused with 429.
    pub too_many_requests: u32,
    /// So many calls fail with 500 after they have been carried out.
    pub lose_replies: u32,
    /// Reports of a message come with the last first.
    pub reorder_callbacks: bool,
    /// So many more times each report comes.
    pub duplicate_callbacks: u32,
}

/// An error in Twilio's shape.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TwilioError {
    status: u16,
    code: u32,
    message: String,
}

impl TwilioError {
    fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    fn not_found(path: &str) -> Self {
        Self::new(404, 20_404, format!("The requested resource {path} was not found"))
    }
}

/// Who calls, as HTTP's basic authentication says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Credentials {
    user: String,
    password: String,
}

impl Twilio {
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

    /// Opens an account that sends as `sender`: a number, a name, or a messaging service.
    pub fn register_account(&self, sid: &str, token: &str, sender: &str) {
        let account = Account { token: token.to_owned(), sender: sender.to_owned() };
        self.lock().accounts.insert(sid.to_owned(), account);
    }

    /// Makes the fake misbehave.
    pub fn set_settings(&self, settings: Settings) {
        self.lock().settings = settings;
    }

    /// Whether the caller may use the account of the path, and how often that was too often.
    fn admit(&self, credentials: &Credentials, account: &str, path: &str) -> Result<(), TwilioError> {
        let mut state = self.lock();
        let known = state.accounts.get(&credentials.user).is_some_and(|known| known.token == credentials.password);
        if !known {
            return Err(TwilioError::new(401, 20_003, "Authenticate"));
        }
        if credentials.user != account {
            return Err(TwilioError::not_found(path));
        }
        if state.settings.too_many_requests > 0 {
            state.settings.too_many_requests -= 1;
            return Err(TwilioError::new(429, 20_429, "Too Many Requests"));
        }
        Ok(())
    }

    /// `POST …/Messages.json`.
    fn create(&self, account: &str, form: &BTreeMap<String, String>) -> Result<Value, TwilioError> {
        let field = |name: &str| form.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let bad = |code, message: &str| TwilioError::new(400, code, message);
        let to = field("To").ok_or_else(|| bad(21_604, "A 'To' phone number is required."))?;
        let service = field("MessagingServiceSid");
        let from = field("From").or(service).ok_or_else(|| bad(21_603, "A 'From' phone number is required."))?;
        let callback = field("StatusCallback");
        if callback.is_some_and(|url| !(url.starts_with("https://") || url.starts_with("http://"))) {
            return Err(bad(21_609, "Invalid 'StatusCallback' URL"));
        }
        let body = field("Body").ok_or_else(|| bad(21_602, "Message body is required."))?;
        if body.chars().count() > MAX_BODY {
            return Err(bad(21_617, "The concatenated message body exceeds the 1600 character limit"));
        }
        if let Some((number, code, reason)) = REFUSED.iter().find(|(number, ..)| *number == to) {
            return Err(bad(*code, &format!("{reason}: {number}")));
        }
        if !is_number(to) {
            return Err(bad(21_211, &format!("Invalid 'To' Phone Number: {}", masked(to))));
        }
        let mut state = self.lock();
        if state.accounts.get(account).is_none_or(|known| known.sender != from) {
            let code = if service.is_some() { 21_701 } else { 21_606 };
            return Err(bad(
                code,
                &format!(
                    "The 'From' phone number provided ({from}) is not a valid message-capable Twilio phone number for this destination."
                ),
            ));
        }
        let message = message(Sent { account, to, from, service, body }, state.messages.len() + 1, self.clock.now());
        state.messages.push(message.clone());
        self.mailbox.post(Draft {
            channel: "sms",
            to: to.to_owned(),
            to_name: None,
            from: from.to_owned(),
            subject: None,
            text: body.to_owned(),
            html: None,
            reply_to: None,
            attachments: Vec::new(),
            unsubscribe: None,
        });
        let token = state.accounts.get(account).map(|account| account.token.clone()).unwrap_or_default();
        self.report(&message, &token, callback, &state.settings);
        if state.settings.lose_replies > 0 {
            state.settings.lose_replies -= 1;
            return Err(TwilioError::new(500, 20_500, "An internal server error has occurred"));
        }
        Ok(message)
    }

    /// `GET …/Messages/{sid}.json`.
    fn fetch(&self, account: &str, sid: &str, path: &str) -> Result<Value, TwilioError> {
        let state = self.lock();
        let found = state.messages.iter().find(|one| one["sid"] == sid && one["account_sid"] == account);
        found.cloned().ok_or_else(|| TwilioError::not_found(path))
    }

    /// `GET …/Messages.json`, newest first, of one recipient where `To` names one; always one page.
    fn list(&self, account: &str, query: &BTreeMap<String, String>, path: &str) -> Value {
        let state = self.lock();
        let wanted =
            |one: &&Value| one["account_sid"] == account && query.get("To").is_none_or(|to| one["to"] == to.as_str());
        let messages: Vec<Value> = state.messages.iter().rev().filter(wanted).cloned().collect();
        let end = messages.len().saturating_sub(1);
        json!({
            "messages": messages, "page": 0, "page_size": 50, "start": 0, "end": end, "uri": path,
            "first_page_uri": path, "next_page_uri": null, "previous_page_uri": null,
        })
    }
}

#[derive(Clone, Copy)]
struct Sent<'a> {
    account: &'a str,
    to: &'a str,
    from: &'a str,
    service: Option<&'a str>,
    body: &'a str,
}

fn message(sent: Sent<'_>, number: usize, now: Timestamp) -> Value {
    let Sent { account, to, from, service, body } = sent;
    let sid = format!("SM{number:032x}");
    let at = now.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
    let uri = format!("/2010-04-01/Accounts/{account}/Messages/{sid}");
    json!({
        "account_sid": account, "api_version": "2010-04-01", "body": body, "date_created": at, "date_sent": null,
        "date_updated": at, "direction": "outbound-api", "error_code": null, "error_message": null,
        "from": if service.is_some() { Value::Null } else { from.into() }, "messaging_service_sid": service,
        "num_media": "0", "num_segments": segments(body).to_string(), "price": null, "price_unit": null, "sid": sid,
        "status": if service.is_some() { "accepted" } else { "queued" },
        "subresource_uris": {"media": format!("{uri}/Media.json")}, "to": to, "uri": format!("{uri}.json"),
    })
}

/// How many messages a phone gets: 160 characters in one and 153 in each of several; 70 and 67 beyond ASCII, which is
/// near enough to the phones' own alphabet.
fn segments(body: &str) -> usize {
    let (one, each) = if body.is_ascii() { (160, 153) } else { (70, 67) };
    let length = body.encode_utf16().count();
    if length <= one { 1 } else { length.div_ceil(each) }
}

fn is_number(to: &str) -> bool {
    let digits = to.strip_prefix('+').unwrap_or_default();
    (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
}

/// Twilio hides the end of what is no number.
fn masked(to: &str) -> String {
    let shown = to.chars().count().saturating_sub(4);
    to.chars().enumerate().map(|(place, letter)| if place < shown { letter } else { 'X' }).collect()
}

#[cfg(test)]
mod tests;
