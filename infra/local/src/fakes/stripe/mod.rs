//! Stripe: payment intents with 3-D Secure, Checkout pages, refunds, customers, saved cards, search, idempotency keys, and signed events.
//!
//! After Stripe's public reference, version `2026-10-28.endive`. What a browser does with Stripe.js is done here by the page
//! that a redirect leads to.

mod bank;
mod cards;
mod checkout;
mod checkout_page;
mod events;
mod http_api;
mod intent;
mod intents;

mod params;
mod refunds;
mod saved;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub(crate) use http_api::router;
pub use intents::{StripeAction, StripeActionError};

use crate::{SandboxAccounts, fakes::deliveries::Deliveries, random, time::clock::TestClock};
use checkout::Session;
use events::Sending;
use intent::Intent;
use saved::{Customer, SavedCard, Setup};

/// The version that objects are shown in.
pub(crate) const VERSION: &str = "2026-10-28.endive";
/// How long an idempotency key is remembered.
const IDEMPOTENCY_TTL: SignedDuration = SignedDuration::from_hours(24);
/// The longest idempotency key.
const MAX_IDEMPOTENCY_KEY: usize = 255;
/// What every secret key of the test mode begins with.
const TEST_KEY: &str = "sk_test_";

/// The fake.
pub struct Stripe {
    clock: Arc<TestClock>,
    client: reqwest::Client,
    deliveries: Deliveries,
    /// Where the fake listens, without a trailing slash.
    base_url: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    accounts: BTreeMap<String, Account>,
    intents: BTreeMap<String, Intent>,
    customers: BTreeMap<String, Customer>,
    cards: BTreeMap<String, SavedCard>,
    setups: BTreeMap<String, Setup>,
    sessions: BTreeMap<String, Session>,
    answers: BTreeMap<(String, String), Answered>,
    in_flight: BTreeSet<(String, String)>,
    /// Events by what they are about, in their order.
    sent: Vec<(String, Sending)>,
    held: Vec<Sending>,
    settings: StripeSettings,
}

/// An account, by its secret key.
#[derive(Clone, Debug, Default)]
struct Account {
    webhook: Option<Webhook>,
}

/// Where events go, and what they are signed with.
#[derive(Clone, Debug)]
struct Webhook {
    url: String,
    secret: String,
}

/// What was answered under an idempotency key.
#[derive(Clone, Debug)]
struct Answered {
    until: Timestamp,
    /// Method, path and body of the request.
    request: String,
    status: u16,
    body: Value,
}

/// How the fake misbehaves, for tests of the unhappy paths.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct StripeSettings {
    /// A call that changes something takes this long, milliseconds of real time.
    pub delay_ms: u64,
    /// So many changes are carried out, and a gateway's page is answered: the reply was lost.
    pub lose_replies: u32,
    /// So many requests are refused with 500 before anything happens.
    pub fail_requests: u32,
    /// So many requests are refused with 429, and may be tried again.
    pub too_many_requests: u32,
    /// The search finds nothing yet.
    pub search_lags: bool,
    /// Refunds stay pending until somebody says how they end.
    pub refunds_pending: bool,
    /// What becomes of events.
    pub events: StripeEvents,
    /// Every event is sent so many times more.
    pub duplicate_events: u32,
    /// Objects and events have fields that nobody knows.
    pub unknown_fields: bool,
    /// The version of events, where the endpoint has another than the pinned one.
    pub api_version: Option<String>,
}

/// What becomes of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StripeEvents {
    /// They are sent.
    #[default]
    Sent,
    /// They wait; once they may be sent again the last goes first.
    Held,
    /// They are lost.
    Muted,
}

/// An error in Stripe's shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StripeError {
    status: u16,
    error: Value,
    /// Whether trying again may help, as the header says.
    retry: Option<bool>,
}

impl StripeError {
    fn new(status: u16, kind: &str, code: &str, message: &str) -> Self {
        let mut error = json!({"type": kind, "message": message});
        if !code.is_empty() {
            error["code"] = code.into();
        }
        Self { status, error, retry: None }
    }

    fn invalid(code: &str, param: &str, message: &str) -> Self {
        let mut invalid = Self::new(400, "invalid_request_error", code, message);
        if !param.is_empty() {
            invalid.error["param"] = param.into();
        }
        invalid
    }

    fn missing(kind: &str, id: &str, param: Option<&str>) -> Self {
        let message = format!("No such {kind}: '{id}'");
        let mut missing = Self::invalid("resource_missing", param.unwrap_or("id"), &message);
        // What the path names is not found; what a parameter names is not valid.
        missing.status = if param.is_some() { 400 } else { 404 };
        missing
    }
}

/// A payment intent as the page lists it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StripePayment {
    /// Whose sandbox account it is at, if it is one that the local cloud opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// The merchant's id of the payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
    /// Stripe's.
    pub intent_id: String,
    /// Brand and last digits of the card.
    pub card: String,
    /// In Stripe's unit of the currency.
    pub amount: i64,
    /// Of this amount so much went back.
    pub refunded: i64,
    /// In lower case.
    pub currency: String,
    /// In Stripe's words.
    pub status: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Stripe {
    pub(crate) fn new(
        clock: &Arc<TestClock>,
        client: &reqwest::Client,
        deliveries: &Deliveries,
        base_url: &str,
    ) -> Self {
        let (clock, client, deliveries) = (Arc::clone(clock), client.clone(), deliveries.clone());
        Self { clock, client, deliveries, base_url: base_url.to_owned(), state: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes an account: the key that it signs in with, where its events go, and what they are signed with.
    pub fn register_account(&self, secret_key: &str, webhook_url: &str, webhook_secret: &str) {
        let webhook = Webhook { url: webhook_url.to_owned(), secret: webhook_secret.to_owned() };
        let webhook = Some(webhook).filter(|webhook| !webhook.url.is_empty());
        self.lock().accounts.insert(secret_key.to_owned(), Account { webhook });
    }

    /// Forgets everything, accounts too.
    pub(crate) fn clear(&self) {
        *self.lock() = State::default();
    }

    /// How the fake misbehaves at present.
    pub fn settings(&self) -> StripeSettings {
        self.lock().settings.clone()
    }

    /// Makes it misbehave.
    pub fn set_settings(&self, settings: StripeSettings) {
        let mut state = self.lock();
        let release = settings.events == StripeEvents::Sent;
        state.settings = settings;
        if release {
            self.release(&mut state);
        }
    }

    /// Every payment intent, newest first.
    pub fn payments(&self) -> Vec<StripePayment> {
        let state = self.lock();
        let mut payments: Vec<StripePayment> = state.intents.values().map(shown).collect();
        payments.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.intent_id.cmp(&b.intent_id)));
        payments
    }

    /// Checks the request's key.
    fn authenticate(&self, key: Option<&str>) -> Result<String, StripeError> {
        let Some(key) = key.filter(|key| !key.is_empty()) else {
            let text = "You did not provide an API key. You need to provide your API key in the Authorization header, \
                        using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
            return Err(StripeError::new(401, "invalid_request_error", "", text));
        };
        let known = self.lock().accounts.contains_key(key) || (key.len() > TEST_KEY.len() && key.starts_with(TEST_KEY));
        if known {
            return Ok(key.to_owned());
        }
        let last = key.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect::<String>();
        let text = format!("Invalid API Key provided: ****{last}");
        Err(StripeError::new(401, "invalid_request_error", "", &text))
    }
}

fn shown(intent: &Intent) -> StripePayment {
    StripePayment {
        tenant_id: SandboxAccounts::of_stripe_key(&intent.key).map(SandboxAccounts::into_tenant),
        payment_id: intent.metadata.get("payment_id").and_then(Value::as_str).map(str::to_owned),
        intent_id: intent.id.clone(),
        card: intent.card.map_or_else(String::new, |card| format!("{} {}", card.brand, card.last4)),
        amount: intent.amount,
        refunded: intent.charge.as_ref().map_or(0, intent::Charge::refunded),
        currency: intent.currency.clone(),
        status: intent.status.word().to_owned(),
        created_at: intent.created,
    }
}

/// A name as Stripe makes them: `pi_` and 24 letters and digits.
fn name(prefix: &str) -> String {
    format!("{prefix}_{}", random::letters_and_digits(24))
}

/// A list as Stripe shows lists: a page from behind `after`, the newest first.
fn page(url: &str, all: Vec<Value>, params: &params::Params) -> Value {
    let limit = params.text("limit").and_then(|text| text.parse().ok()).unwrap_or(10_usize).clamp(1, 100);
    let after = params.text("starting_after");
    let start = after.and_then(|after| all.iter().position(|one| one["id"] == after)).map_or(0, |place| place + 1);
    let has_more = all.len() > start + limit;
    let data: Vec<Value> = all.into_iter().skip(start).take(limit).collect();
    json!({"object": "list", "url": url, "has_more": has_more, "data": data})
}

type Metadata = Map<String, Value>;

#[cfg(test)]
mod checkout_tests;
#[cfg(test)]
mod tests;
