//! Midtrans Core: charges, status, cancel, expire, approve, deny, capture, refund, and signed notifications; and Snap, whose
//! page offers what Core charges, and DANA.
//!
//! After the public documents of 2025 and 2026; where they disagree the code says which way this fake goes.

mod charge;
mod http_api;
mod notify;
mod operations;
mod qris;
mod snap;
mod snap_page;
mod transaction;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use operations::{Action, ActionError, Tamper};

use crate::{SandboxAccounts, fakes::deliveries::Deliveries, random, time::clock::TestClock};
use charge::Charge;
use transaction::{Status, Transaction};

/// How long an idempotency key is remembered.
const IDEMPOTENCY_TTL: SignedDuration = SignedDuration::from_mins(5);
/// Longer idempotency keys are silently ignored.
const MAX_IDEMPOTENCY_KEY: usize = 46;
/// Every sandbox server key begins so.
const SANDBOX_KEY: &str = "SB-Mid-server-";

/// Core and Snap, on one address.
pub(crate) fn router(midtrans: Arc<Midtrans>) -> axum::Router {
    http_api::router().merge(snap_page::router()).with_state(midtrans)
}

/// The fake.
pub struct Midtrans {
    clock: Arc<TestClock>,
    client: reqwest::Client,
    deliveries: Deliveries,
    /// Where the fake listens, without a trailing slash.
    base_url: String,
    /// Where a person approves or denies.
    page_url: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    merchants: BTreeMap<String, Merchant>,
    transactions: BTreeMap<String, Transaction>,
    /// Server key and order id → the latest transaction.
    orders: BTreeMap<(String, String), String>,
    /// Transactions that wait for their customer, by when they expire.
    expiries: BTreeSet<(Timestamp, String)>,
    answers: BTreeMap<(String, String), Answered>,
    in_flight: BTreeSet<(String, String)>,
    settings: Settings,
    refunds: u32,
    /// Pages of Snap's, by token.
    pages: BTreeMap<String, snap::Session>,
}

impl State {
    /// Whether the reply to the charge at hand is lost; it counts as one of those that are to be.
    fn loses_reply(&mut self) -> bool {
        let lose = self.settings.lose_replies > 0;
        self.settings.lose_replies = self.settings.lose_replies.saturating_sub(1);
        lose
    }
}

#[derive(Clone, Debug)]
struct Merchant {
    merchant_id: String,
    notification_url: Option<String>,
}

#[derive(Clone, Debug)]
struct Answered {
    until: Timestamp,
    body: Value,
}

/// How the fake misbehaves, for tests of the unhappy paths.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the control API")]
pub struct Settings {
    /// Errors come with HTTP 200 and stand in the body alone, as some of Midtrans' hosts do.
    pub errors_in_body: bool,
    /// A charge takes this long, milliseconds of real time.
    pub charge_delay_ms: u64,
    /// So many charges are carried out and answered with 503: the reply was lost.
    pub lose_replies: u32,
    /// So many requests are refused with 500 before anything happens.
    pub fail_requests: u32,
    /// No notification is sent.
    pub mute: bool,
    /// Customers bear a fee of so many rupiah on top of each new charge.
    pub imposed_fee: i64,
    /// A refund is told once, and the bank's confirmation of it follows only when it is made to.
    pub slow_bank: bool,
    /// Notifications have fields that nobody has documented, and no `fraud_status`.
    pub odd_notifications: bool,
}

/// An error in Midtrans' shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MidtransError {
    code: u16,
    message: String,
    validation: Vec<String>,
}

impl MidtransError {
    fn new(code: u16, message: &str) -> Self {
        Self { code, message: message.to_owned(), validation: Vec::new() }
    }

    fn invalid(validation: Vec<String>) -> Self {
        let message = "One or more parameters in the payload is invalid.".to_owned();
        Self { code: 400, message, validation }
    }

    fn body(&self) -> Value {
        let mut body =
            json!({"status_code": self.code.to_string(), "status_message": self.message, "id": random::uuid()});
        if !self.validation.is_empty() {
            body["validation_messages"] = self.validation.clone().into();
        }
        body
    }
}

/// A transaction as the page lists it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// Whose sandbox account it is at, if it is one that the local cloud opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// The merchant's id of the order.
    pub order_id: String,
    /// Midtrans' id of the attempt.
    pub transaction_id: String,
    /// Channel, with its bank if it has one.
    pub method: String,
    /// Whole rupiah.
    pub amount: i64,
    /// In Midtrans' words.
    pub status: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it expires, while it waits for its customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl Midtrans {
    pub(crate) fn new(
        clock: Arc<TestClock>,
        client: reqwest::Client,
        deliveries: Deliveries,
        base_url: String,
        page_url: String,
    ) -> Self {
        Self { clock, client, deliveries, base_url, page_url, state: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a merchant account: the key that it signs in with, its id, and where its notifications go.
    pub fn register_merchant(&self, server_key: &str, merchant_id: &str, notification_url: &str) {
        let merchant = Merchant {
            merchant_id: merchant_id.to_owned(),
            notification_url: Some(notification_url.to_owned()).filter(|url| !url.is_empty()),
        };
        self.lock().merchants.insert(server_key.to_owned(), merchant);
    }

    /// Forgets everything, merchants too.
    pub(crate) fn clear(&self) {
        *self.lock() = State::default();
    }

    /// How the fake misbehaves at present.
    pub fn settings(&self) -> Settings {
        self.lock().settings.clone()
    }

    /// Makes it misbehave.
    pub fn set_settings(&self, settings: Settings) {
        self.lock().settings = settings;
    }

    /// Every transaction, newest first.
    pub fn payments(&self) -> Vec<Payment> {
        let state = self.lock();
        let mut payments: Vec<Payment> = state
            .transactions
            .values()
            .map(|transaction| Payment {
                tenant_id: SandboxAccounts::of_server_key(&transaction.server_key).map(SandboxAccounts::into_tenant),
                order_id: transaction.order_id.clone(),
                transaction_id: transaction.id.clone(),
                method: method(transaction),
                amount: transaction.gross_amount,
                status: transaction.status.word().to_owned(),
                created_at: transaction.created_at,
                expires_at: matches!(transaction.status, Status::Pending | Status::Authorize)
                    .then_some(transaction.expires_at),
            })
            .collect();
        payments.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.order_id.cmp(&b.order_id)));
        payments
    }

    /// When the next pending transaction expires.
    pub(crate) fn next_expiry(&self) -> Option<Timestamp> {
        self.lock().expiries.first().map(|(at, _)| *at)
    }

    /// Expires what is due, and tells the merchants.
    pub(crate) fn expire_due(&self, now: Timestamp) {
        let mut state = self.lock();
        while let Some((at, id)) = state.expiries.first().cloned() {
            if at > now {
                return;
            }
            state.expiries.remove(&(at, id.clone()));
            if let Some(transaction) = state.transactions.get_mut(&id) {
                transaction.status = Status::Expire;
            }
            self.tell(&mut state, &id);
        }
    }

    /// Checks the request's key; answers the merchant.
    fn authenticate(&self, key: Option<&str>) -> Result<(String, Merchant), MidtransError> {
        let refused = || {
            MidtransError::new(401, "Unknown Merchant server_key/id. Access denied: check the client or server key.")
        };
        let key = key.filter(|key| !key.is_empty()).ok_or_else(refused)?;
        let state = self.lock();
        match state.merchants.get(key) {
            Some(merchant) => Ok((key.to_owned(), merchant.clone())),
            None if key.len() > SANDBOX_KEY.len() && key.starts_with(SANDBOX_KEY) => {
                Ok((key.to_owned(), Merchant { merchant_id: "G000000000".to_owned(), notification_url: None }))
            }
            None => Err(refused()),
        }
    }

    /// `POST /v2/charge`.
    fn charge(
        &self,
        key: &str,
        merchant: &Merchant,
        urls: Vec<String>,
        request: &Value,
    ) -> Result<Value, MidtransError> {
        let now = self.clock.now();
        let charge = Charge {
            server_key: key,
            merchant_id: &merchant.merchant_id,
            base_url: &self.base_url,
            now,
            notification_urls: urls,
            by_snap: false,
        };
        let (transaction, message) = charge.make(request)?;
        self.keep(transaction, message)
    }

    /// Keeps a transaction that was just made, and tells its merchant.
    fn keep(&self, mut transaction: Transaction, message: &str) -> Result<Value, MidtransError> {
        let mut state = self.lock();
        transaction.fee = state.settings.imposed_fee;
        transaction.gross_amount = transaction.gross_amount.saturating_add(transaction.fee);
        let order = (transaction.server_key.clone(), transaction.order_id.clone());
        let earlier = state.orders.get(&order).and_then(|id| state.transactions.get(id));
        // An order may be charged again once its earlier attempt has come to nothing.
        if earlier.is_some_and(|earlier| !matches!(earlier.status, Status::Deny | Status::Cancel | Status::Expire)) {
            let text = "The request could not be completed due to a conflict with the current state of the target resource, please try again";
            return Err(MidtransError::new(406, text));
        }
        let mut answer = transaction.body(transaction.status_code(), message);
        answer.extend(transaction.charge_only.clone());
        // One of the documents' samples for QRIS names it differently.
        if transaction.payment_type == "qris"
            && let Some(expiry) = answer.remove("expiry_time")
        {
            answer.insert("expire_time".to_owned(), expiry);
        }
        let id = transaction.id.clone();
        if matches!(transaction.status, Status::Pending | Status::Authorize) {
            state.expiries.insert((transaction.expires_at, id.clone()));
        }
        state.orders.insert(order, id.clone());
        state.transactions.insert(id.clone(), transaction);
        self.tell(&mut state, &id);
        Ok(answer.into())
    }

    /// Sends the notification of the transaction's present state.
    fn tell(&self, state: &mut State, id: &str) {
        let (muted, odd) = (state.settings.mute, state.settings.odd_notifications);
        let registered = state
            .transactions
            .get(id)
            .and_then(|transaction| state.merchants.get(&transaction.server_key))
            .and_then(|merchant| merchant.notification_url.clone());
        let Some(transaction) = state.transactions.get_mut(id) else { return };
        let mut body = transaction.notification();
        if odd && let Some(body) = body.as_object_mut() {
            body.remove("fraud_status");
            body.insert("issuer".to_owned(), "gopay".into());
            body.insert("pop_id".to_owned(), json!({"new": [1, null]}));
        }
        transaction.last_notification = Some(body.clone());
        let urls = if transaction.notification_urls.is_empty() {
            registered.into_iter().collect()
        } else {
            transaction.notification_urls.clone()
        };
        if !muted {
            self.send_to(&urls, &body);
        }
    }

    fn send_to(&self, urls: &[String], body: &Value) {
        for url in urls {
            self.deliveries.spawn(notify::send(self.client.clone(), url.clone(), body.clone()));
        }
    }
}

fn method(transaction: &Transaction) -> String {
    let detail = transaction.channel.get("va_numbers").and_then(|numbers| numbers[0]["bank"].as_str());
    let detail = detail.or_else(|| transaction.channel.get("store").and_then(Value::as_str));
    match detail {
        Some(detail) => format!("{} {detail}", transaction.payment_type),
        None => transaction.payment_type.clone(),
    }
}

#[cfg(test)]
mod tests;
