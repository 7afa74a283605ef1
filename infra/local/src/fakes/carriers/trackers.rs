//! EasyPost's trackers, and the signed calls about them, which are tried again when they are not taken.

use std::time::Duration;

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use super::{CarrierWebhook, Carriers, Kept, Refusal, State};
use crate::random;

/// Waits between tries.
const WAITS: [Duration; 3] = [Duration::from_millis(30), Duration::from_millis(120), Duration::from_millis(480)];
/// How long an answer is waited for: EasyPost gives seven seconds.
const TIMEOUT: Duration = Duration::from_secs(7);

/// The numbers of EasyPost's test world, each with the status that it stands for.
const TEST_CODES: [(&str, &str); 7] = [
    ("EZ1000000001", "pre_transit"),
    ("EZ2000000002", "in_transit"),
    ("EZ3000000003", "out_for_delivery"),
    ("EZ4000000004", "delivered"),
    ("EZ5000000005", "return_to_sender"),
    ("EZ6000000006", "failure"),
    ("EZ7000000007", "unknown"),
];

impl Carriers {
    /// A parcel was seen: moves its tracker and tells of it. Whether there is such a parcel.
    pub fn see(&self, code: &str, status: &str, at: Option<String>) -> bool {
        let mut state = self.lock();
        let at = at.unwrap_or_else(|| self.clock.now().to_string());
        let Some(kept) = state.trackers.values_mut().find(|kept| kept.value["tracking_code"] == code) else {
            return false;
        };
        let detail = json!({
            "object": "TrackingDetail", "message": format!("The parcel is {status}"), "status": status, "datetime": at,
            "source": "USPS", "tracking_location": {"object": "TrackingLocation", "city": "HOUSTON", "state": "TX"}
        });
        kept.value["status"] = json!(status);
        kept.value["updated_at"] = json!(at);
        if let Some(details) = kept.value["tracking_details"].as_array_mut() {
            details.push(detail);
        }
        let kept = kept.clone();
        self.tell(&state, &kept.key, "tracker.updated", &kept.value);
        true
    }

    /// Tells an account of a tracker, in the background.
    pub(super) fn tell(&self, state: &State, key: &str, description: &str, tracker: &Value) {
        let Some(webhook) = state.accounts.get(key) else { return };
        let event = json!({
            "id": format!("evt_{}", random::letters_and_digits(32)), "object": "Event", "mode": "test",
            "description": description, "created_at": self.clock.now().to_string(),
            "previous_attributes": {"status": "unknown"}, "pending_urls": [webhook.url], "status": "pending",
            "result": tracker
        });
        let body = event.to_string();
        for _ in 0..=state.settings.duplicate_events {
            self.deliveries.spawn(send(self.client.clone(), webhook.clone(), body.clone()));
        }
    }
}

impl State {
    /// A new tracker.
    pub(super) fn track(
        &mut self,
        key: &str,
        code: &str,
        shipment: Option<&Value>,
        now: &str,
    ) -> Result<Value, Refusal> {
        if code.is_empty() {
            return Err(Refusal::new(422, "TRACKER.CREATE.ERROR", "tracking_code is missing"));
        }
        let status = TEST_CODES.iter().find(|(known, _)| *known == code).map_or("unknown", |(_, status)| status);
        let id = self.new_id("trk");
        let tracker = json!({
            "id": id, "object": "Tracker", "mode": "test", "tracking_code": code, "status": status, "carrier": "USPS",
            "created_at": now, "updated_at": now, "shipment_id": shipment, "tracking_details": [], "weight": 17.6
        });
        self.trackers.insert(id, Kept { key: key.to_owned(), value: tracker.clone() });
        Ok(tracker)
    }
}

/// Sends an event until it is taken or given up.
async fn send(client: reqwest::Client, webhook: CarrierWebhook, body: String) {
    let signature = signature(&webhook.secret, body.as_bytes());
    for wait in WAITS.iter().map(Some).chain([None]) {
        let request = client.post(&webhook.url).timeout(TIMEOUT).header("x-hmac-signature", &signature);
        let request = request.header("content-type", "application/json").body(body.clone());
        let answer = request.send().await.map(|answer| answer.status()).map_err(|error| error.to_string());
        if answer.as_ref().is_ok_and(http::StatusCode::is_success) {
            return;
        }
        tracing::warn!(url = webhook.url, ?answer, "easypost fake: event not taken");
        match wait {
            Some(wait) => tokio::time::sleep(*wait).await,
            None => return,
        }
    }
}

/// `hmac-sha256-hex=<hex of HMAC-SHA256 over the body>`. Secrets here are ASCII, which is its own NFKD form.
pub(super) fn signature(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    format!("hmac-sha256-hex={}", random::hex(hmac::sign(&key, body).as_ref()))
}
