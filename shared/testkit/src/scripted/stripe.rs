//! A small Stripe for tests: it charges once per idempotency key, tells how payment intents stand, and fails as told.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot be set up must stop")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use kernel::{Secret, Timestamp};
use payments::stripe::sign;
use serde_json::{Value, json};

use super::{stripe_cards::Cards, stripe_pages::Pages};

/// Stripe: a charge by `pm_asks` waits for the payer, one by `pm_declined` is declined, and any other has its money at once, or
/// holds it when it is captured by hand.
#[derive(Clone, Default)]
pub struct ScriptedStripe(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    /// Payment intents by id, their charge in them.
    intents: BTreeMap<String, Value>,
    /// What was answered, by idempotency key.
    answers: BTreeMap<String, (u16, Value)>,
    asked: u32,
    /// What is known of cards.
    pub(super) cards: Cards,
    pages: Pages,
    fail_with: u16,
    lose_answers: u32,
    search_finds_nothing: bool,
}

impl ScriptedStripe {
    /// The bank refuses every charge of a card for this reason; `None` ends it.
    pub fn decline(&self, card: &str, code: Option<&str>) {
        self.lock().cards.decline(card, code);
    }

    /// Whose card it is: Stripe's name of the customer.
    pub fn owner_of(&self, card: &str) -> Option<String> {
        self.lock().cards.owner_of(card)
    }

    /// The payer's browser finishes a setup intent with a card.
    pub fn finish_setup(&self, setup: &str, card: &str) {
        self.lock().cards.finish_setup(setup, card);
    }

    /// How many customers were made.
    pub fn customers(&self) -> usize {
        self.lock().cards.customers()
    }

    /// How many pages were opened.
    pub fn pages(&self) -> usize {
        self.lock().pages.len()
    }

    /// The names of the pages that were taken back.
    pub fn closed_pages(&self) -> Vec<String> {
        self.lock().pages.closed()
    }

    /// The page of a payment, as an event shows it.
    pub fn page(&self, payment: &str) -> Value {
        self.lock().pages.session(payment)
    }

    /// The payer enters a card on the page of a payment, and its bank pays.
    pub fn pay_on_page(&self, payment: &str) {
        self.send_page(payment, true);
        self.pay(payment);
    }

    /// The payer enters a card on the page of a payment, and its bank declines.
    pub fn decline_on_page(&self, payment: &str) {
        self.send_page(payment, false);
        let declined = json!({"type": "card_error", "code": "card_declined", "message": "Your card was declined."});
        self.set(payment, |intent| intent["last_payment_error"] = declined.clone());
    }

    fn send_page(&self, payment: &str, is_paid: bool) {
        let mut inner = self.lock();
        let id = format!("pi_{}", inner.intents.len() + 1);
        if let Some(intent) = inner.pages.sent(payment, &id, is_paid) {
            inner.intents.insert(id, intent);
        }
    }

    /// What it signs events with.
    pub const WEBHOOK_SECRET: &str = "whsec_test_secret";

    /// The secret of a tenant that has an account here.
    pub fn account() -> String {
        let secrets = [Self::WEBHOOK_SECRET];
        json!({"secretKey": "sk_test_1", "publishableKey": "pk_test_1", "webhookSecrets": secrets}).to_string()
    }

    /// Starts one on loopback, and gives its address.
    ///
    /// # Panics
    /// There is no port.
    pub async fn serve() -> (Self, String) {
        let stripe = Self::default();
        let router = Router::new().fallback(answer).with_state(stripe.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (stripe, url)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// The payment intent of our payment.
    pub fn intent(&self, payment: &str) -> Value {
        let inner = self.lock();
        let found = inner.intents.values().find(|intent| intent["metadata"]["payment_id"] == payment);
        found.cloned().unwrap_or_default()
    }

    /// Something happened to the payment intent of our payment: it, or its charge, changes in one field.
    ///
    /// # Panics
    /// There is none.
    pub fn set(&self, payment: &str, change: impl Fn(&mut Value)) {
        let mut inner = self.lock();
        let found = inner.intents.values_mut().find(|intent| intent["metadata"]["payment_id"] == payment);
        change(found.unwrap());
    }

    /// The payer's bank agrees.
    pub fn pay(&self, payment: &str) {
        self.set(payment, succeed);
    }

    /// Every call is answered with this code; 0 ends it.
    pub fn fail_with(&self, code: u16) {
        self.lock().fail_with = code;
    }

    /// The next calls happen, and their answers are lost.
    pub fn lose_answers(&self, calls: u32) {
        self.lock().lose_answers = calls;
    }

    /// The search has not heard of anything yet.
    pub fn search_lags(&self, lags: bool) {
        self.lock().search_finds_nothing = lags;
    }

    /// How many payment intents were made.
    pub fn charges(&self) -> usize {
        self.lock().intents.len()
    }

    /// How many questions it was asked.
    pub fn asked(&self) -> u32 {
        self.lock().asked
    }

    /// An event about an object, and the header that it is signed with at `now`.
    pub fn event(id: &str, kind: &str, object: &Value, now: Timestamp) -> (String, String) {
        let mut object = object.clone();
        // An event names the charge and does not show it.
        if object["latest_charge"].is_object() {
            object["latest_charge"] = object["latest_charge"]["id"].clone();
        }
        let body = json!({"id": id, "object": "event", "api_version": "2026-10-28.endive", "created": now.as_seconds(),
            "type": kind, "data": {"object": object}})
        .to_string();
        let header = sign(body.as_bytes(), &Secret::new(Self::WEBHOOK_SECRET.to_owned()), now.as_seconds());
        (header, body)
    }
}

fn succeed(intent: &mut Value) {
    intent["status"] = json!("succeeded");
    intent["next_action"] = Value::Null;
    intent["latest_charge"] = json!({"id": "ch_1", "object": "charge", "amount": intent["amount"], "amount_refunded": 0,
        "currency": intent["currency"], "created": 1_795_222_800, "payment_intent": intent["id"],
        "metadata": intent["metadata"]});
}

async fn answer(
    State(stripe): State<ScriptedStripe>,
    verb: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut inner = stripe.lock();
    if inner.fail_with > 0 {
        let status = StatusCode::from_u16(inner.fail_with).unwrap();
        return (status, json!({"error": {"type": "api_error", "message": "refused"}}).to_string()).into_response();
    }
    let form: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    if uri.path().starts_with("/v1/checkout/sessions") {
        let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
        let (status, body, ended) = inner.pages.answer(&verb, &uri, key, &form);
        if let Some(intent) = ended.and_then(|id| inner.intents.get_mut(&id)) {
            intent["status"] = json!("canceled");
            intent["cancellation_reason"] = json!("automatic");
        }
        return (StatusCode::from_u16(status).unwrap(), body.to_string()).into_response();
    }
    if !uri.path().starts_with("/v1/payment_intents") {
        let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
        let (status, body) = inner.cards.answer(&verb, uri.path(), key, &form);
        return (StatusCode::from_u16(status).unwrap(), body.to_string()).into_response();
    }
    let path = uri.path().strip_prefix("/v1/payment_intents").unwrap();
    let (status, body) = if verb == Method::POST && path.is_empty() {
        let key = headers["idempotency-key"].to_str().unwrap().to_owned();
        let known = inner.answers.get(&key).cloned();
        known.unwrap_or_else(|| {
            let answer = charge(&mut inner, &form);
            inner.answers.insert(key, answer.clone());
            answer
        })
    } else if let Some(id) = path.strip_suffix("/cancel") {
        match inner.intents.get_mut(id.trim_matches('/')) {
            Some(intent) if intent["status"] == "requires_action" || intent["status"] == "requires_capture" => {
                intent["status"] = json!("canceled");
                intent["cancellation_reason"] = json!(form["cancellation_reason"]);
                (200, intent.clone())
            }
            Some(_) => (400, json!({"error": {"code": "payment_intent_unexpected_state"}})),
            None => (404, json!({"error": {"code": "resource_missing"}})),
        }
    } else if let Some(id) = path.strip_suffix("/capture") {
        match inner.intents.get_mut(id.trim_matches('/')) {
            Some(intent) if intent["status"] == "requires_capture" => {
                let amount = form["amount_to_capture"].parse::<i64>().unwrap();
                succeed(intent);
                intent["amount_received"] = json!(amount);
                intent["latest_charge"]["amount_captured"] = json!(amount);
                intent["latest_charge"]["amount_refunded"] = json!(intent["amount"].as_i64().unwrap() - amount);
                (200, intent.clone())
            }
            Some(_) => (400, json!({"error": {"code": "payment_intent_unexpected_state"}})),
            None => (404, json!({"error": {"code": "resource_missing"}})),
        }
    } else if path == "/search" {
        inner.asked += 1;
        let query = uri.query().unwrap_or_default();
        let ours = |intent: &&Value| query.contains(intent["metadata"]["payment_id"].as_str().unwrap());
        let found: Vec<&Value> = inner.intents.values().filter(ours).collect();
        let data = if inner.search_finds_nothing { json!([]) } else { json!(found) };
        (200, json!({"object": "search_result", "data": data, "has_more": false}))
    } else {
        inner.asked += 1;
        match inner.intents.get(path.trim_matches('/')) {
            Some(intent) => (200, intent.clone()),
            None => (404, json!({"error": {"code": "resource_missing"}})),
        }
    };
    if inner.lose_answers > 0 {
        inner.lose_answers -= 1;
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    }
    (StatusCode::from_u16(status).unwrap(), body.to_string()).into_response()
}

fn charge(inner: &mut Inner, form: &BTreeMap<String, String>) -> (u16, Value) {
    let id = format!("pi_{}", inner.intents.len() + 1);
    let metadata = json!({"payment_id": form["metadata[payment_id]"], "tenant": form["metadata[tenant]"]});
    let mut intent = json!({"id": id, "object": "payment_intent", "amount": form["amount"].parse::<i64>().unwrap(),
        "currency": form["currency"], "metadata": metadata, "latest_charge": null, "last_payment_error": null});
    let mut declined = json!({"type": "card_error", "code": "card_declined", "message": "Your card was declined."});
    let card = form["payment_method"].clone();
    if let Some(code) = inner.cards.reason_against(&card) {
        declined["decline_code"] = json!(code);
    }
    intent["payment_method"] = json!(card);
    intent["customer"] = json!(form.get("customer"));
    intent["setup_future_usage"] = json!(form.get("setup_future_usage"));
    let answer = match card.as_str() {
        _ if declined["decline_code"].is_string() || card == "pm_declined" => {
            intent["status"] = json!("requires_payment_method");
            intent["last_payment_error"] = declined.clone();
            (402, json!({"error": declined}))
        }
        "pm_asks" => {
            intent["status"] = json!("requires_action");
            let to = json!({"url": "https://hooks.stripe.com/3ds", "return_url": form.get("return_url")});
            intent["next_action"] = json!({"type": "redirect_to_url", "redirect_to_url": to});
            (200, intent.clone())
        }
        _ => {
            succeed(&mut intent);
            if form.get("capture_method").map(String::as_str) == Some("manual") {
                intent["status"] = json!("requires_capture");
            }
            if let (Some(customer), true) = (form.get("customer"), form.contains_key("setup_future_usage")) {
                inner.cards.attach(&card, customer);
            }
            (200, intent.clone())
        }
    };
    inner.intents.insert(id, intent);
    answer
}
