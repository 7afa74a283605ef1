//! Stripe's events: signed, sent in the background, and tried again when they are not taken.

use std::time::Duration;

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use super::{Account, State, Stripe, StripeEvents};
use crate::random;

/// Waits between tries: in test mode Stripe tries three times more, over a few hours.
const WAITS: [Duration; 3] = [Duration::from_millis(30), Duration::from_millis(120), Duration::from_millis(480)];
/// How long an answer is waited for.
const TIMEOUT: Duration = Duration::from_secs(15);

/// An event on its way to a merchant.
#[derive(Clone, Debug)]
pub(super) struct Sending {
    url: String,
    secret: String,
    body: String,
    /// When it is sent, which the signature tells: seconds since 1970.
    at: i64,
}

impl Stripe {
    /// Tells the merchant what happened to an object, which is shown as it is now.
    pub(super) fn tell(&self, state: &mut State, key: &str, kind: &str, object: &Value) {
        let now = self.clock.now().as_second();
        let settings = &state.settings;
        let mut event = json!({
            "id": format!("evt_{}", random::letters_and_digits(24)), "object": "event",
            "api_version": settings.api_version.as_deref().unwrap_or(super::VERSION), "created": now, "livemode": false,
            "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type": kind,
            "data": {"object": object},
        });
        if settings.unknown_fields {
            event["brand_new"] = json!({"nested": [1, 2]});
            event["data"]["object"]["brand_new"] = json!(true);
        }
        let about = event["data"]["object"]["payment_intent"].as_str().or(event["data"]["object"]["id"].as_str());
        let about = about.unwrap_or_default().to_owned();
        let Some(Account { webhook: Some(webhook), .. }) = state.accounts.get(key) else { return };
        let sending =
            Sending { url: webhook.url.clone(), secret: webhook.secret.clone(), body: event.to_string(), at: now };
        state.sent.push((about, sending.clone()));
        match state.settings.events {
            StripeEvents::Sent => {}
            StripeEvents::Muted => return,
            StripeEvents::Held => return state.held.push(sending),
        }
        for _ in 0..=state.settings.duplicate_events {
            self.deliveries.spawn(send(self.client.clone(), sending.clone(), true));
        }
    }

    /// Sends what was held back, the last first.
    pub(super) fn release(&self, state: &mut State) {
        let at = self.clock.now().as_second();
        let held: Vec<Sending> = state.held.drain(..).rev().map(|held| Sending { at, ..held }).collect();
        let client = self.client.clone();
        self.deliveries.spawn(async move {
            for sending in held {
                send(client.clone(), sending, true).await;
            }
        });
    }

    /// Sends the last event about a payment intent again; falsified, its amount is another than was signed.
    pub(super) fn send_again(&self, state: &State, intent: &str, times: u32, falsified: bool) -> bool {
        let Some((_, last)) = state.sent.iter().rev().find(|(about, _)| about == intent) else { return false };
        // It is signed anew with every try: the signature carries its time.
        let sending = Sending { at: self.clock.now().as_second(), ..last.clone() };
        for _ in 0..times {
            self.deliveries.spawn(send(self.client.clone(), sending.clone(), !falsified));
        }
        true
    }
}

/// Sends an event until it is taken or given up.
async fn send(client: reqwest::Client, sending: Sending, honest: bool) {
    let signature = signature(&sending.secret, sending.at, &sending.body);
    let body = if honest { sending.body } else { sending.body.replace("\"amount\":", "\"amount\":1") };
    for wait in WAITS.iter().map(Some).chain([None]) {
        let request = client.post(&sending.url).timeout(TIMEOUT).header("stripe-signature", &signature);
        let request = request.header("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)");
        let request = request.header("content-type", "application/json; charset=utf-8").body(body.clone());
        let answer = request.send().await.map(|answer| answer.status()).map_err(|error| error.to_string());
        // Redirects are not followed: they count as failures.
        if answer.as_ref().is_ok_and(http::StatusCode::is_success) {
            return;
        }
        tracing::warn!(url = sending.url, ?answer, "stripe fake: event not taken");
        match wait {
            Some(wait) => tokio::time::sleep(*wait).await,
            None => return,
        }
    }
}

/// `t=<seconds>,v1=<hex of HMAC-SHA256 over "<seconds>.<body>">`, and a `v0` that nobody is to trust.
pub(super) fn signature(secret: &str, at: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    format!("t={at},v1={},v0={}", random::hex(tag.as_ref()), "0".repeat(64))
}

#[cfg(test)]
mod tests {
    #[test]
    fn stripes_own_vector() {
        let header = super::signature("whsec_test_secret", 1_492_774_577, r#"{"id":"evt_test_1","object":"event"}"#);
        let v1 = "v1=9c58ee7d1d982e3b327c03249e54f0008830d92314ce01b769c8a611eb0afd9c";
        assert!(header.starts_with(&format!("t=1492774577,{v1},v0=")), "{header}");
    }
}
