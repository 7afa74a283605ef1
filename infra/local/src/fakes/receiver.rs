//! Receivers of webhooks, as a tenant's own system would be one: they check each signature as Standard Webhooks says and answer
//! as they are told. Each has a name, and is there as soon as something is sent to it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::{constant_time, hmac};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::time::clock::TestClock;

/// How many calls a receiver remembers.
const KEPT: usize = 1000;
/// How far a message's time may be from the present, in seconds.
const TOLERANCE: i64 = 300;
/// How many receivers there may be.
const MOST: usize = 100;

/// The host under which the receivers are, as `name:port`.
pub(crate) fn host(base_url: &str) -> String {
    base_url.trim_start_matches("http://").to_owned()
}

/// All receivers.
pub struct Receivers {
    clock: Arc<TestClock>,
    by_name: Mutex<BTreeMap<String, Receiver>>,
}

#[derive(Default)]
struct Receiver {
    settings: ReceiverSettings,
    arrived: Vec<Arrived>,
}

/// What a receiver knows and how it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ReceiverSettings {
    /// What it checks signatures with, `whsec_…`; without one it takes everything.
    pub secret: Option<String>,
    /// So many calls are answered with `status`, before they are answered with 204 again.
    pub fail_requests: u32,
    /// With which status.
    pub status: u16,
    /// `Retry-After` of those answers.
    pub retry_after: Option<String>,
}

impl Default for ReceiverSettings {
    fn default() -> Self {
        Self { secret: None, fail_requests: 0, status: 500, retry_after: None }
    }
}

/// A call that arrived.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Arrived {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub timestamp: String,
    /// Whether it is signed with the receiver's secret, now; null for a receiver without one.
    pub verified: Option<bool>,
    /// What was answered.
    pub answered: u16,
    /// `webhook-signature`.
    pub signature: String,
    /// The body; text where it is no JSON.
    pub body: Value,
    /// The body as it came, which is what a signature covers.
    pub raw: String,
}

impl Receivers {
    pub(crate) fn new(clock: Arc<TestClock>) -> Self {
        Self { clock, by_name: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Receiver>> {
        self.by_name.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// Tells a receiver what to know and how to answer.
    pub fn set_settings(&self, name: &str, settings: ReceiverSettings) {
        self.lock().entry(name.to_owned()).or_default().settings = settings;
    }

    /// How a receiver was told to answer.
    pub fn settings(&self, name: &str) -> ReceiverSettings {
        self.lock().get(name).map(|receiver| receiver.settings.clone()).unwrap_or_default()
    }

    /// The last thousand calls to a receiver, oldest first.
    pub fn arrived(&self, name: &str) -> Vec<Arrived> {
        self.lock().get(name).map(|receiver| receiver.arrived.clone()).unwrap_or_default()
    }

    /// Takes a call: the status of its answer, and `Retry-After`.
    pub(crate) fn take(&self, name: &str, headers: &HeaderMap, body: &str) -> (u16, Option<String>) {
        let now = self.clock.now();
        let mut receivers = self.lock();
        if receivers.len() >= MOST && !receivers.contains_key(name) {
            return (404, None);
        }
        let receiver = receivers.entry(name.to_owned()).or_default();
        let header =
            |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let verified = receiver.settings.secret.as_deref().map(|secret| is_signed(secret, headers, body, now));
        let (status, retry_after) = match (verified, receiver.settings.fail_requests) {
            (Some(false), _) => (401, None),
            (_, 0) => (204, None),
            (_, _) => {
                receiver.settings.fail_requests -= 1;
                (receiver.settings.status, receiver.settings.retry_after.clone())
            }
        };
        if receiver.arrived.len() >= KEPT {
            receiver.arrived.remove(0);
        }
        receiver.arrived.push(Arrived {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            verified,
            answered: status,
            signature: header("webhook-signature"),
            body: serde_json::from_str(body).unwrap_or_else(|_| Value::from(body)),
            raw: body.to_owned(),
        });
        (status, retry_after)
    }
}

/// Whether a message is signed with a secret, and of the last five minutes.
fn is_signed(secret: &str, headers: &HeaderMap, body: &str, now: Timestamp) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(id), Some(sent_at), Some(signatures)) =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"))
    else {
        return false;
    };
    let is_fresh = sent_at.parse().is_ok_and(|sent_at: i64| (now.as_second() - sent_at).abs() <= TOLERANCE);
    let Some(key) = secret.strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok()) else { return false };
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let expected = hmac::sign(&key, format!("{id}.{sent_at}.{body}").as_bytes());
    let mut given = signatures.split(' ').filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok());
    is_fresh && given.any(|one| constant_time::verify_slices_are_equal(&one, expected.as_ref()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries.
    #[test]
    fn a_signature_is_checked_with_its_time() {
        let signed = |signature: &str, id: &str, now: i64| {
            let headers = [("webhook-id", id), ("webhook-timestamp", "1614265330"), ("webhook-signature", signature)];
            let headers: HeaderMap =
                headers.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            let now = Timestamp::from_second(now).unwrap();
            is_signed("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &headers, r#"{"test": 2432232314}"#, now)
        };
        let (good, id) = ("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "msg_p5jXN8AQM9LWM0D4loKWxJek");
        assert!(signed(good, id, 1_614_265_330) && signed(good, id, 1_614_265_630));
        assert!(signed(&format!("v1a,x v1,AAAA {good}"), id, 1_614_265_330));
        assert!(!signed(good, id, 1_614_265_631) && !signed(good, id, 1_614_265_029), "too old, too new");
        assert!(!signed(good, "msg_other", 1_614_265_330) && !signed("v1,AAAA", id, 1_614_265_330));
    }
}
