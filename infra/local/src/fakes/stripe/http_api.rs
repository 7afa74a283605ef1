//! The fake's HTTP side: paths, keys, idempotency and the shape of errors.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::{Answered, IDEMPOTENCY_TTL, MAX_IDEMPOTENCY_KEY, Stripe, StripeError, bank, checkout_page, params::Params};
use crate::random;

/// `https://api.stripe.com`, and the page of a bank.
pub(crate) fn router(stripe: Arc<Stripe>) -> Router {
    Router::new()
        .route("/3ds/{intent}", get(bank::bank_page))
        .route("/3ds/{intent}/{action}", post(bank::decide))
        .route("/c/pay/{session}", get(checkout_page::checkout_page))
        .route("/c/pay/{session}/{card}", post(checkout_page::enter_card))
        .route("/v1/{*path}", get(read).post(change).delete(remove))
        .fallback(unknown)
        .with_state(stripe)
}

type Shared = State<Arc<Stripe>>;

async fn unknown(State(stripe): Shared) -> Response {
    stripe.respond(Err(unrecognized("/")), None)
}

fn unrecognized(path: &str) -> StripeError {
    let text = format!(
        "Unrecognized request URL ({path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/."
    );
    StripeError::new(404, "invalid_request_error", "", &text)
}

/// A question.
async fn read(
    State(stripe): Shared,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let answer = stripe.admit(&headers).and_then(|key| {
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["payment_intents", "search"] => stripe.search_intents(&key, &params),
            ["payment_intents", id] => stripe.get_intent(&key, id, &params),
            ["checkout", "sessions"] => Ok(stripe.list_sessions(&key, &params)),
            ["checkout", "sessions", id] => stripe.get_session(&key, id),
            ["refunds"] => Ok(stripe.list_refunds(&key, &params)),
            ["refunds", id] => stripe.get_refund(&key, id),
            ["customers", id] => stripe.get_customer(&key, id),
            ["payment_methods", id] => stripe.get_card(&key, id),
            ["setup_intents", id] => stripe.get_setup(&key, id),
            _ => Err(unrecognized(&format!("GET: /v1/{path}"))),
        }
    });
    stripe.respond(answer, None)
}

/// Something goes. It is gone however often it is asked for.
async fn remove(State(stripe): Shared, Path(path): Path<String>, headers: HeaderMap) -> Response {
    let answer = stripe.admit(&headers).and_then(|key| match path.split('/').collect::<Vec<_>>().as_slice() {
        ["customers", id] => stripe.delete_customer(&key, id),
        _ => Err(unrecognized(&format!("DELETE: /v1/{path}"))),
    });
    stripe.respond(answer, None)
}

/// A change: once per idempotency key.
async fn change(State(stripe): Shared, Path(path): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let key = match stripe.admit(&headers) {
        Ok(key) => key,
        Err(error) => return stripe.respond(Err(error), None),
    };
    let idempotency = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    if idempotency.is_some_and(|key| key.is_empty() || key.len() > MAX_IDEMPOTENCY_KEY) {
        let text = "Idempotency keys must be 1 to 255 characters long.";
        return stripe.respond(Err(StripeError::new(400, "idempotency_error", "", text)), None);
    }
    let slot = idempotency.map(|idempotency| (key.clone(), idempotency.to_owned()));
    let request = format!("{path} {}", String::from_utf8_lossy(&body));
    if let Some(slot) = &slot
        && let Some(answer) = stripe.answered_before(slot, &request)
    {
        return answer;
    }
    let delay = stripe.lock().settings.delay_ms;
    tokio::time::sleep(Duration::from_millis(delay)).await;
    let answer = stripe.run(&key, &path, &Params::parse(&body));
    if let Some(slot) = slot {
        stripe.remember(slot, request, &answer);
    }
    let lost = {
        let mut state = stripe.lock();
        let lost = state.settings.lose_replies > 0;
        state.settings.lose_replies = state.settings.lose_replies.saturating_sub(1);
        lost
    };
    if lost {
        return (StatusCode::BAD_GATEWAY, "<html><title>502 Bad Gateway</title>").into_response();
    }
    stripe.respond(answer, None)
}

impl Stripe {
    fn run(&self, key: &str, path: &str, params: &Params) -> Result<Value, StripeError> {
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["payment_intents"] => self.create_intent(key, params),
            ["payment_intents", id, "confirm"] => self.confirm_intent(key, id, params),
            ["payment_intents", id, "cancel"] => self.cancel_intent(key, id, params),
            ["payment_intents", id, "capture"] => self.capture_intent(key, id, params),
            ["checkout", "sessions"] => self.create_session(key, params),
            ["checkout", "sessions", id, "expire"] => self.expire_session(key, id),
            ["refunds"] => self.create_refund(key, params),
            ["customers"] => self.create_customer(key, params),
            ["payment_methods"] => self.create_card(key, params),
            ["payment_methods", id, "attach"] => self.attach_card(key, id, params),
            ["payment_methods", id, "detach"] => self.detach_card(key, id),
            ["setup_intents"] => self.create_setup(key, params),
            ["setup_intents", id, "confirm"] => self.confirm_setup(key, id, params),
            _ => Err(unrecognized(&format!("POST: /v1/{path}"))),
        }
    }

    /// Who is calling: by a bearer token, or as the name of basic authentication.
    fn admit(&self, headers: &HeaderMap) -> Result<String, StripeError> {
        {
            let mut state = self.lock();
            if state.settings.fail_requests > 0 {
                state.settings.fail_requests -= 1;
                let text = "An unknown error occurred";
                return Err(StripeError::new(500, "api_error", "", text));
            }
            if state.settings.too_many_requests > 0 {
                state.settings.too_many_requests -= 1;
                let text = "Request rate limit exceeded. You can learn more about rate limits here https://docs.stripe.com/rate-limits.";
                let mut error = StripeError::new(429, "invalid_request_error", "rate_limit", text);
                error.retry = Some(true);
                return Err(error);
            }
        }
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let basic = given.strip_prefix("Basic ").and_then(|text| STANDARD.decode(text).ok());
        let basic = basic.and_then(|bytes| String::from_utf8(bytes).ok());
        let name = basic.as_deref().and_then(|text| text.split_once(':')).map(|(name, _)| name);
        self.authenticate(given.strip_prefix("Bearer ").or(name))
    }

    /// The answer to a request that was made before under its key; otherwise the key is taken.
    fn answered_before(&self, slot: &(String, String), request: &str) -> Option<Response> {
        let now = self.clock.now();
        let mut state = self.lock();
        state.answers.retain(|_, answered| answered.until > now);
        if let Some(answered) = state.answers.get(slot).cloned() {
            drop(state);
            if answered.request != request {
                let text = format!(
                    "Keys for idempotent requests can only be used with the same parameters they were first used with. Try \
                     using a key other than '{}' if you meant to execute a different request.",
                    slot.1
                );
                return Some(self.respond(Err(StripeError::new(400, "idempotency_error", "", &text)), None));
            }
            return Some(self.respond(Ok(answered.body.clone()), Some(answered.status)));
        }
        if !state.in_flight.insert(slot.clone()) {
            drop(state);
            let text = format!(
                "There is currently another in-progress request using this Idempotent Key {}. Please try again later.",
                slot.1
            );
            let mut error = StripeError::new(409, "idempotency_error", "idempotency_key_in_use", &text);
            error.retry = Some(true);
            return Some(self.respond(Err(error), None));
        }
        None
    }

    /// Keeps what came of a request; what was not valid was never begun, and the key may be used again.
    fn remember(&self, slot: (String, String), request: String, answer: &Result<Value, StripeError>) {
        let until = self.clock.now().saturating_add(IDEMPOTENCY_TTL).unwrap_or(jiff::Timestamp::MAX);
        let kept = match answer {
            Ok(body) => Some((200, body.clone())),
            Err(error) if matches!(error.status, 402 | 500..) => Some((error.status, json!({"error": error.error}))),
            Err(_) => None,
        };
        let mut state = self.lock();
        state.in_flight.remove(&slot);
        if let Some((status, body)) = kept {
            state.answers.insert(slot, Answered { until, request, status, body });
        }
    }

    /// The answer on the wire; `replayed` is the status of one that was given before.
    fn respond(&self, answer: Result<Value, StripeError>, replayed: Option<u16>) -> Response {
        let (status, mut body, retry) = match answer {
            Ok(body) => (200, body, None),
            Err(error) => (error.status, json!({"error": error.error}), error.retry),
        };
        if self.lock().settings.unknown_fields && body.is_object() {
            body["brand_new"] = json!({"field": ["of", "a", "newer", "version"]});
        }
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() =
            StatusCode::from_u16(replayed.unwrap_or(status)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("stripe-version", HeaderValue::from_static(super::VERSION));
        if let Ok(id) = HeaderValue::from_str(&format!("req_{}", random::letters_and_digits(14))) {
            headers.insert("request-id", id);
        }
        if replayed.is_some() {
            headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
        }
        if let Some(retry) = retry {
            headers.insert("stripe-should-retry", HeaderValue::from_static(if retry { "true" } else { "false" }));
        }
        response
    }
}
