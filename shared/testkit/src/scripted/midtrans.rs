//! A small Midtrans for tests: it charges once per order id, tells statuses, and fails as told.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot be set up must stop")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Midtrans: charges once per order id, tells statuses, and fails as told.
#[derive(Clone, Default)]
pub struct ScriptedMidtrans(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    /// Status by order id.
    orders: BTreeMap<String, String>,
    /// What went back of each order, by the key of its refund.
    refunds: BTreeMap<String, BTreeMap<String, i64>>,
    refuse_refunds_with: u16,
    /// Transactions beside the first one of an order, by their ids.
    beside: BTreeMap<String, String>,
    charges: u32,
    posts: u32,
    asked: u32,
    cancels: u32,
    refuse_with: u16,
    refuse_questions_with: u16,
    lose_answers: u32,
    /// Orders whose payer lets the card be saved.
    saving: std::collections::BTreeSet<String>,
    hides_cards: bool,
    /// Why the bank refuses saved cards, by their tokens.
    declines: BTreeMap<String, String>,
    gross: Option<String>,
    /// A fee that payers bear, in rupiah, on top of what was asked.
    fee: Option<i64>,
    /// How much of what was held was captured, by order id.
    captured: BTreeMap<String, i64>,
    /// Orders that are paid by DANA, which is asked about by transaction alone.
    by_dana: BTreeSet<String>,
    pages: u32,
    closed: Vec<String>,
    page_in_use: bool,
}

impl ScriptedMidtrans {
    /// Its server key.
    pub const KEY: &str = "SB-Mid-server-TEST";

    /// The secret of a tenant that has an account here.
    pub fn account() -> String {
        let (key, client) = (Self::KEY, "SB-Mid-client-TEST");
        json!({"merchantId": "G1", "serverKey": key, "clientKey": client, "environment": "sandbox"}).to_string()
    }

    /// Starts one on loopback, and gives its address.
    ///
    /// # Panics
    /// There is no port.
    pub async fn serve() -> (Self, String) {
        let midtrans = Self::default();
        let router = Router::new().fallback(answer).with_state(midtrans.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (midtrans, url)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// The payer did something.
    pub fn set(&self, order: &str, status: &str) {
        self.lock().orders.insert(order.to_owned(), status.to_owned());
    }

    /// The payer did something by DANA, whose answers repeat the transaction where the order should stand.
    pub fn set_dana(&self, order: &str, status: &str) {
        self.lock().by_dana.insert(order.to_owned());
        self.set(order, status);
    }

    /// Payers bear a fee: statuses tell it beside what was asked.
    pub fn impose_fee(&self, rupiah: i64) {
        self.lock().fee = Some(rupiah);
    }

    /// Somebody is paying on a page, which cannot be closed.
    pub fn page_is_in_use(&self, in_use: bool) {
        self.lock().page_in_use = in_use;
    }

    /// How many pages were opened.
    pub fn pages(&self) -> u32 {
        self.lock().pages
    }

    /// The tokens of the pages that were closed.
    pub fn closed_pages(&self) -> Vec<String> {
        self.lock().closed.clone()
    }

    /// How much of what was held was captured.
    pub fn captured(&self, order: &str) -> Option<i64> {
        self.lock().captured.get(order).copied()
    }

    /// A second transaction of an order was paid.
    pub fn add_transaction(&self, id: &str, order: &str) {
        let mut inner = self.lock();
        inner.orders.insert(id.to_owned(), "settlement".to_owned());
        inner.beside.insert(id.to_owned(), order.to_owned());
    }

    /// Every call is refused with this code; 0 ends it.
    pub fn refuse_with(&self, code: u16) {
        self.lock().refuse_with = code;
    }

    /// Every question is refused with this code, and charges are not; 0 ends it.
    pub fn refuse_questions_with(&self, code: u16) {
        self.lock().refuse_questions_with = code;
    }

    /// Every refund is refused with this code; 0 ends it.
    pub fn refuse_refunds_with(&self, code: u16) {
        self.lock().refuse_refunds_with = code;
    }

    /// How much went back of an order, in how many refunds.
    pub fn refunded(&self, order: &str) -> (i64, usize) {
        let inner = self.lock();
        let refunds = inner.refunds.get(order);
        (refunds.map_or(0, |refunds| refunds.values().sum()), refunds.map_or(0, BTreeMap::len))
    }

    /// Staff refunds a part of an order in Midtrans' dashboard.
    pub fn refund_in_dashboard(&self, order: &str, amount: i64) {
        let mut inner = self.lock();
        let refunds = inner.refunds.entry(order.to_owned()).or_default();
        let key = format!("dashboard-{}", refunds.len());
        refunds.insert(key, amount);
    }

    /// The bank refuses the last of them, and Midtrans counts it no more.
    pub fn undo_refund_in_dashboard(&self, order: &str) {
        self.lock().refunds.entry(order.to_owned()).or_default().pop_last();
    }

    /// Statuses do not tell of the card that was saved.
    pub fn hide_cards(&self, hides: bool) {
        self.lock().hides_cards = hides;
    }

    /// The bank refuses every charge of a saved card with this response code.
    pub fn decline(&self, token: &str, code: &str) {
        self.lock().declines.insert(token.to_owned(), code.to_owned());
    }

    /// The next calls happen, and their answers are lost.
    pub fn lose_answers(&self, calls: u32) {
        self.lock().lose_answers = calls;
    }

    /// Statuses tell this amount.
    pub fn claim(&self, gross: &str) {
        self.lock().gross = Some(gross.to_owned());
    }

    /// How many transactions were made.
    pub fn charges(&self) -> u32 {
        self.lock().charges
    }

    /// How often a charge was asked for, also when there was one already.
    pub fn posts(&self) -> u32 {
        self.lock().posts
    }

    /// How often a transaction was to be called off.
    pub fn cancels(&self) -> u32 {
        self.lock().cancels
    }

    /// How many statuses were asked for.
    pub fn asked(&self) -> u32 {
        self.lock().asked
    }
}

impl Inner {
    fn gross(&self) -> String {
        self.gross.clone().unwrap_or_else(|| "498390.00".to_owned())
    }

    /// What it tells of an order, or of a transaction beside its first, that it knows.
    fn status(&self, order: &str) -> Value {
        let mut told = self.status_of(order);
        let shows = self.saving.contains(order) && !self.hides_cards;
        if shows && ["capture", "settlement"].contains(&self.orders[order].as_str()) {
            saved_card(&mut told, order);
        }
        if let Some(first) = self.beside.get(order) {
            told["transaction_id"] = json!(order);
            told["order_id"] = json!(first);
        }
        told
    }

    fn status_of(&self, order: &str) -> Value {
        let captured = self.captured.get(order).map(|amount| format!("{amount}.00"));
        let gross = captured.unwrap_or_else(|| self.gross());
        let back: i64 = self.refunds.get(order).map_or(0, |refunds| refunds.values().sum());
        if back == 0 {
            let mut told = midtrans_transaction(order, &self.orders[order], &gross);
            if self.by_dana.contains(order) {
                told["order_id"] = told["transaction_id"].clone();
                told["payment_type"] = json!("dana");
                told["transaction_status"] = json!(self.orders[order].to_uppercase());
                told.as_object_mut().unwrap().remove("va_numbers");
            }
            if let Some(fee) = self.fee {
                let info = json!({"original_amount": gross, "customer_imposed_payment_fee": format!("{fee}.00")});
                told["gross_amount"] =
                    json!(format!("{}.00", gross.trim_end_matches(".00").parse::<i64>().unwrap() + fee));
                told["metadata"] = json!({"extra_info": {"gross_amount_info": info}});
            }
            return told;
        }
        let status = if format!("{back}.00") == gross { "refund" } else { "partial_refund" };
        let mut told = midtrans_transaction(order, status, &gross);
        told["refund_amount"] = json!(format!("{back}.00"));
        told
    }

    /// What a page of Snap's answers, or a call about one.
    fn snap(&mut self, path: &str, body: &Bytes) -> (u16, Value) {
        let faulty = |message: &str| (400, json!({"error_messages": [message]}));
        if let Some(token) = path.strip_prefix("/snap/v1/transactions/") {
            if self.page_in_use {
                return faulty("Transaction is in progress");
            }
            self.closed.push(token.trim_end_matches("/cancel").to_owned());
            return (200, json!({"canceled_at": "2026-11-21T01:00:00.000Z"}));
        }
        let body: Value = serde_json::from_slice(body).unwrap();
        if self.orders.contains_key(body["transaction_details"]["order_id"].as_str().unwrap()) {
            return faulty("transaction_details.order_id has already been taken");
        }
        self.pages += 1;
        let token = format!("page-{}", self.pages);
        (
            201,
            json!({"token": token, "redirect_url": format!("https://app.sandbox.midtrans.com/snap/v4/redirection/{token}")}),
        )
    }

    /// Captures what is held of the transaction that the body names.
    fn capture(&mut self, body: &Value) -> Value {
        let order = body["transaction_id"].as_str().unwrap().trim_start_matches("tx-").to_owned();
        if self.orders.get(&order).map(String::as_str) != Some("authorize") {
            return json!({"status_code": "412", "status_message": "Transaction status cannot be updated."});
        }
        self.orders.insert(order.clone(), "capture".to_owned());
        self.captured.insert(order.clone(), body["gross_amount"].as_i64().unwrap());
        self.status(&order)
    }

    /// Decides about an order that the fraud check holds.
    fn decide(&mut self, order: &str, status: &str) -> Value {
        if self.orders.get(order).map(String::as_str) != Some("challenge") {
            return json!({"status_code": "412", "status_message": "Transaction status cannot be updated."});
        }
        self.orders.insert(order.to_owned(), status.to_owned());
        self.status(order)
    }

    fn refund(&mut self, order: &str, body: &Value) -> Value {
        let code = self.refuse_refunds_with;
        if code == 202 {
            // The payer's bank refuses: told as a transaction that is still settled.
            let mut told = self.status(order);
            told["status_code"] = json!("202");
            told["refund_amount"] = json!("0.00");
            return told;
        }
        if code > 0 {
            return json!({"status_code": code.to_string(), "status_message": "refund refused"});
        }
        let (key, amount) = (body["refund_key"].as_str().unwrap().to_owned(), body["amount"].as_i64().unwrap());
        let refunds = self.refunds.entry(order.to_owned()).or_default();
        if refunds.contains_key(&key) {
            return json!({"status_code": "406", "status_message": "duplicate refund key"});
        }
        refunds.insert(key, amount);
        self.status(order)
    }
}

/// What it tells of an order, whose payer may pay until 2026-11-22 01:00 UTC.
pub fn midtrans_transaction(order: &str, status: &str, gross: &str) -> Value {
    let mut told = json!({"status_code": if status == "pending" { "201" } else { "200" }, "transaction_id": format!("tx-{order}"),
        "order_id": order, "merchant_id": "G1", "gross_amount": gross, "currency": "IDR",
        "payment_type": "bank_transfer", "transaction_status": status, "fraud_status": "accept",
        "va_numbers": [{"bank": "bca", "va_number": "812785002530231"}], "expiry_time": "2026-11-22 08:00:00"});
    if status == "challenge" {
        told["transaction_status"] = json!("capture");
        told["fraud_status"] = json!("challenge");
        told["status_code"] = json!("201");
    }
    if status == "partial_refund" {
        told["refund_amount"] = json!("100000.00");
    }
    told
}

/// What is told of a card that was saved with an order.
fn saved_card(told: &mut Value, order: &str) {
    told["masked_card"] = json!("48111111-1114");
    told["saved_token_id"] = json!(format!("481111-1114-{order}"));
    told["saved_token_id_expired_at"] = json!("2030-08-25 11:21:48");
}

async fn answer(State(midtrans): State<ScriptedMidtrans>, verb: Method, uri: Uri, body: Bytes) -> Response {
    let mut inner = midtrans.lock();
    let refused = if verb == Method::POST { 0 } else { inner.refuse_questions_with };
    let code = inner.refuse_with.max(refused);
    if code > 0 {
        let status = StatusCode::from_u16(code).unwrap();
        return (status, json!({"status_code": code.to_string(), "status_message": "refused"}).to_string())
            .into_response();
    }
    if uri.path().starts_with("/snap/") {
        let (status, answer) = inner.snap(uri.path(), &body);
        return (StatusCode::from_u16(status).unwrap(), answer.to_string()).into_response();
    }
    let gone = json!({"status_code": "404", "status_message": "Transaction doesn't exist."});
    let parts: Vec<&str> = uri.path().split('/').collect();
    let id = parts.get(2).copied().unwrap();
    let order = id.strip_prefix("tx-").unwrap_or(id).to_owned();
    let reply = match (verb == Method::POST, parts.get(3).copied()) {
        (true, Some("refund")) => inner.refund(&order, &serde_json::from_slice(&body).unwrap()),
        (true, None) if id == "capture" => inner.capture(&serde_json::from_slice(&body).unwrap()),
        (true, Some("approve")) => inner.decide(&order, "capture"),
        (true, Some("deny")) => inner.decide(&order, "deny"),
        (true, Some("cancel")) => {
            inner.cancels += 1;
            match inner.orders.get(&order).map(String::as_str) {
                None => gone,
                Some("pending" | "authorize") => {
                    inner.orders.insert(order.clone(), "cancel".to_owned());
                    inner.status(&order)
                }
                Some(_) => json!({"status_code": "412", "status_message": "Transaction status cannot be updated."}),
            }
        }
        (true, _) => {
            inner.posts += 1;
            let body: Value = serde_json::from_slice(&body).unwrap();
            let order = body["transaction_details"]["order_id"].as_str().unwrap().to_owned();
            if inner.orders.contains_key(&order) {
                json!({"status_code": "406", "status_message": "conflict"})
            } else {
                inner.charges += 1;
                let card = &body["credit_card"];
                let refused = inner.declines.get(card["token_id"].as_str().unwrap_or_default()).cloned();
                let status = match (&refused, card["initiated_by"].as_str()) {
                    (Some(_), _) => "deny",
                    (None, Some("merchant")) => "capture",
                    (None, _) => "pending",
                };
                if card["save_token_id"] == true {
                    inner.saving.insert(order.clone());
                }
                inner.orders.insert(order.clone(), status.to_owned());
                let gross = format!("{}.00", body["transaction_details"]["gross_amount"]);
                let mut told = midtrans_transaction(&order, status, &gross);
                told["channel_response_code"] = json!(refused);
                told
            }
        }
        (false, _) => {
            inner.asked += 1;
            // DANA is known by its transaction alone.
            let by_order = inner.by_dana.contains(id);
            if inner.orders.contains_key(&order) && !by_order { inner.status(&order) } else { gone }
        }
    };
    if inner.lose_answers > 0 {
        inner.lose_answers -= 1;
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    }
    reply.to_string().into_response()
}
