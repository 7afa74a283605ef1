//! The fake's HTTP side: paths, basic authentication, idempotency keys and the shape of errors.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, Query, State},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answered, IDEMPOTENCY_TTL, MAX_IDEMPOTENCY_KEY, Merchant, Midtrans, MidtransError};
use crate::random;

/// How many notification URLs a header may name.
const MAX_URLS: usize = 3;

/// `https://api.sandbox.midtrans.com`.
pub(super) fn router() -> Router<Arc<Midtrans>> {
    Router::new()
        .route("/v2/charge", post(charge))
        .route("/v2/capture", post(capture))
        .route("/v2/token", get(token))
        .route("/v2/{id}/status", get(status))
        .route("/v2/{id}/{operation}", post(operation))
        .route("/v2/{id}/refund/online/direct", post(direct_refund))
        .route("/v2/qris/{id}/qr-code", get(qr_code))
        .route("/v2/gopay/{id}/qr-code", get(qr_code))
        .route("/v2/3ds/{id}", get(customer_page))
        .route("/v2/pay/{id}", get(customer_page))
        .fallback(unknown)
}

type Shared = State<Arc<Midtrans>>;

async fn unknown(State(midtrans): Shared) -> Response {
    midtrans.respond(Err(MidtransError::new(404, "The requested resource is not found")))
}

async fn charge(State(midtrans): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let (delay, lose) = {
        let mut state = midtrans.lock();
        let lose = state.loses_reply();
        (Duration::from_millis(state.settings.charge_delay_ms), lose)
    };
    let response = midtrans
        .guarded(
            &headers,
            &body,
            |midtrans, key, merchant, request| midtrans.charge(key, merchant, urls(&headers, merchant), request),
            delay,
        )
        .await;
    if lose { midtrans.respond(Err(MidtransError::new(503, "Service Unavailable"))) } else { response }
}

async fn capture(State(midtrans): Shared, headers: HeaderMap, body: Bytes) -> Response {
    midtrans.guarded(&headers, &body, |midtrans, key, _, request| midtrans.capture(key, request), Duration::ZERO).await
}

async fn status(State(midtrans): Shared, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let answer = midtrans.admit(&headers).and_then(|(key, _)| midtrans.status(&key, &id));
    midtrans.respond(answer)
}

async fn operation(
    State(midtrans): Shared,
    Path((id, operation)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let apply = |midtrans: &Midtrans, key: &str, _: &Merchant, request: &Value| match operation.as_str() {
        "cancel" => midtrans.cancel(key, &id),
        "expire" => midtrans.expire(key, &id),
        "approve" => midtrans.decide(key, &id, true),
        "deny" => midtrans.decide(key, &id, false),
        "refund" => midtrans.refund(key, &id, request),
        _ => Err(MidtransError::new(404, "The requested resource is not found")),
    };
    midtrans.guarded(&headers, &body, apply, Duration::ZERO).await
}

async fn direct_refund(State(midtrans): Shared, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    midtrans
        .guarded(&headers, &body, |midtrans, key, _, request| midtrans.refund(key, &id, request), Duration::ZERO)
        .await
}

#[derive(Debug, Deserialize)]
struct Card {
    client_key: Option<String>,
    card_number: Option<String>,
}

/// What a browser calls, so that no card number reaches the merchant.
async fn token(State(midtrans): Shared, Query(card): Query<Card>) -> Response {
    let number: String = card.card_number.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    let (Some((bin, _)), Some((_, last))) = (number.split_at_checked(6), number.split_at_checked(12)) else {
        return midtrans.respond(Err(MidtransError::invalid(vec!["card_number is invalid".to_owned()])));
    };
    if card.client_key.is_none() {
        return midtrans.respond(Err(MidtransError::new(401, "client_key is required")));
    }
    midtrans.respond(Ok(json!({
        "status_code": "200",
        "status_message": "Credit card token is created as Token ID.",
        "token_id": format!("{bin}-{last}-{}", random::uuid()),
        "hash": format!("{bin}-{last}-mami"),
    })))
}

async fn qr_code(State(midtrans): Shared, Path(id): Path<String>) -> Response {
    let content = midtrans.lock().transactions.get(&id).map(|transaction| {
        transaction.charge_only.get("qr_string").and_then(Value::as_str).map_or_else(|| id.clone(), str::to_owned)
    });
    match content.and_then(|content| qrcode::QrCode::new(content).ok()) {
        Some(code) => {
            let svg = code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(240, 240).build();
            ([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response()
        }
        None => midtrans.respond(Err(MidtransError::new(404, "Transaction doesn't exist."))),
    }
}

/// Where a bank or a wallet would ask its customer.
async fn customer_page(State(midtrans): Shared) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=en><title>Simulated bank</title><p>Here the customer's bank or wallet would ask. \
         Approve or deny the payment at <a href=\"{0}\">{0}</a>.",
        midtrans.page_url
    ))
}

/// Where this charge's notifications go: instead of the registered URL, or besides it.
pub(super) fn urls(headers: &HeaderMap, merchant: &Merchant) -> Vec<String> {
    let listed = |name: &str| -> Vec<String> {
        let text = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        text.split(',').map(str::trim).filter(|url| !url.is_empty()).take(MAX_URLS).map(str::to_owned).collect()
    };
    let instead = listed("x-override-notification");
    if !instead.is_empty() {
        return instead;
    }
    let besides = listed("x-append-notification");
    if besides.is_empty() { Vec::new() } else { merchant.notification_url.iter().cloned().chain(besides).collect() }
}

impl Midtrans {
    /// Who is calling.
    pub(super) fn admit(&self, headers: &HeaderMap) -> Result<(String, Merchant), MidtransError> {
        {
            let mut state = self.lock();
            if state.settings.fail_requests > 0 {
                state.settings.fail_requests -= 1;
                return Err(MidtransError::new(
                    500,
                    "Sorry. Our system is recovering from unexpected issues. Please retry.",
                ));
            }
        }
        let basic = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let decoded = basic.and_then(|value| value.strip_prefix("Basic ")).and_then(|text| STANDARD.decode(text).ok());
        let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
        self.authenticate(text.as_deref().and_then(|text| text.split_once(':')).map(|(key, _)| key))
    }

    /// Runs a call that changes something: once per idempotency key, whatever the body of a repetition says.
    async fn guarded(
        &self,
        headers: &HeaderMap,
        body: &Bytes,
        call: impl FnOnce(&Self, &str, &Merchant, &Value) -> Result<Value, MidtransError>,
        delay: Duration,
    ) -> Response {
        let (key, merchant) = match self.admit(headers) {
            Ok(admitted) => admitted,
            Err(error) => return self.respond(Err(error)),
        };
        let request: Value = if body.is_empty() {
            Value::Null
        } else {
            match serde_json::from_slice(body) {
                Ok(request) => request,
                Err(_) => {
                    return self.respond(Err(MidtransError::new(
                        413,
                        "The request cannot be processed due to malformed syntax in the request body",
                    )));
                }
            }
        };
        let slot = idempotency_key(headers, &request).map(|idempotency| (key.clone(), idempotency));
        if let Some(slot) = &slot {
            let now = self.clock.now();
            let mut state = self.lock();
            state.answers.retain(|_, answered| answered.until > now);
            if let Some(answered) = state.answers.get(slot) {
                return self.respond_ok(&answered.body.clone());
            }
            if !state.in_flight.insert(slot.clone()) {
                drop(state);
                let body = json!({"status_code": "202", "status_message": "The request is being processed"});
                return (StatusCode::ACCEPTED, axum::Json(body)).into_response();
            }
        }
        tokio::time::sleep(delay).await;
        let answer = call(self, &key, &merchant, &request);
        if let Some(slot) = slot {
            let until = self.clock.now().saturating_add(IDEMPOTENCY_TTL).unwrap_or(jiff::Timestamp::MAX);
            let mut state = self.lock();
            state.in_flight.remove(&slot);
            if let Ok(body) = &answer {
                state.answers.insert(slot, Answered { until, body: body.clone() });
            }
        }
        self.respond(answer)
    }

    fn respond_ok(&self, body: &Value) -> Response {
        self.respond(Ok(body.clone()))
    }

    fn respond(&self, answer: Result<Value, MidtransError>) -> Response {
        let (status, body) = match answer {
            Ok(body) => (StatusCode::OK, body),
            Err(error) => {
                let in_body = self.lock().settings.errors_in_body;
                let status = if in_body {
                    StatusCode::OK
                } else {
                    StatusCode::from_u16(error.code).unwrap_or(StatusCode::BAD_REQUEST)
                };
                (status, error.body())
            }
        };
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        response
    }
}

/// The request's key, where Midtrans would honour it.
fn idempotency_key(headers: &HeaderMap, request: &Value) -> Option<String> {
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok())?;
    let permata = request["payment_type"] == "permata" || request["bank_transfer"]["bank"] == "permata";
    let indomaret = request["cstore"]["store"].as_str().is_some_and(|store| store.eq_ignore_ascii_case("indomaret"));
    (key.len() <= MAX_IDEMPOTENCY_KEY && !permata && !indomaret).then(|| key.to_owned())
}
