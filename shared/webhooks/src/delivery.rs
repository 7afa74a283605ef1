//! A delivery: one event on its way to one endpoint, with every attempt at it.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::SignedDuration;
use kernel::{EventId, Timestamp, WebhookDeliveryId, WebhookEndpointId};
use serde::{Deserialize, Serialize};
use ulid::Ulid;
use utoipa::ToSchema;

use crate::{WebhookError, ladder};

/// For how many days a delivery can be looked at and sent again.
pub const DELIVERY_DAYS: i64 = 30;
/// How long an attempt may take before another one may be made: more than the fifteen seconds of a call.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How many attempts are kept; only deliveries that were sent again by hand have more than ten.
const KEPT: usize = 30;

/// A delivery, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookDelivery {
    /// Which one: made of event and endpoint.
    pub id: WebhookDeliveryId,
    /// To which endpoint.
    pub endpoint_id: WebhookEndpointId,
    /// Of which event; the receiver's `webhook-id`.
    pub event_id: EventId,
    /// What happened, such as `invoice.paid`, or `ping`.
    pub event_type: String,
    /// To what it happened.
    pub subject: String,
    /// What is sent, to the byte.
    pub body: String,
    /// How far it is.
    pub status: WebhookDeliveryStatus,
    /// Oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<WebhookAttempt>,
    /// How many there were since it was made, or sent again.
    pub tries: u32,
    /// When the next one is due; the end of the lease while one is under way. None when it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was made, or sent again.
    pub begun_at: Timestamp,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookDeliveryStatus {
    /// It is tried, and will be tried again.
    Pending,
    /// The receiver answered 2xx.
    Delivered,
    /// Every attempt failed.
    Failed,
    /// The endpoint was disabled before it came through.
    Cancelled,
}

/// One attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookAttempt {
    /// When it began.
    pub at: Timestamp,
    /// How it ended.
    pub result: AttemptResult,
    /// What the receiver answered, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub millis: Option<u32>,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookAttemptResult)]
pub enum AttemptResult {
    /// It is under way, or its end was never noted: the receiver may have got it.
    Unknown,
    /// The receiver answered 2xx.
    Delivered,
    /// The receiver answered something else. A redirect is no success.
    Rejected,
    /// No answer came in time.
    TimedOut,
    /// No connection came about, or it broke off: the name is not known, nobody listens, or the certificate is not good.
    Unreachable,
    /// The name has an address that is not of the public internet, or the URL is one that may no longer be called.
    Blocked,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallResult {
    /// How it ended.
    pub result: AttemptResult,
    /// What the receiver answered, if it did.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub millis: u32,
    /// How long the receiver asked to be left alone, with 429 or 503.
    pub retry_after: Option<SignedDuration>,
}

/// What an attempt says of the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointVerdict {
    /// It works.
    Worked,
    /// It does not.
    Failed,
    /// It wants nothing any more: 410.
    Gone,
}

/// What makes a delivery.
#[derive(Debug)]
pub struct NewDelivery {
    /// To which endpoint.
    pub endpoint_id: WebhookEndpointId,
    /// Of which event.
    pub event_id: EventId,
    /// What happened.
    pub event_type: String,
    /// To what.
    pub subject: String,
    /// When.
    pub occurred_at: Timestamp,
    /// What is sent.
    pub body: String,
}

impl WebhookDelivery {
    /// A delivery whose first attempt is due at once. The same event to the same endpoint is the same delivery, and their ids
    /// are in the order of the events.
    pub fn new(new: NewDelivery, now: Timestamp) -> Self {
        let hash = digest(&SHA256, format!("{}\n{}", new.event_id, new.endpoint_id).as_bytes());
        let random = hash.as_ref().iter().take(10).fold(0, |number: u128, byte| (number << 8) | u128::from(*byte));
        let millis = u64::try_from(new.occurred_at.as_millis()).unwrap_or_default();
        Self {
            id: WebhookDeliveryId::new(Ulid::from_parts(millis, random)),
            endpoint_id: new.endpoint_id,
            event_id: new.event_id,
            event_type: new.event_type,
            subject: new.subject,
            body: new.body,
            status: WebhookDeliveryStatus::Pending,
            attempts: Vec::new(),
            tries: 0,
            next_attempt_at: Some(now),
            created_at: now,
            begun_at: now,
            version: 1,
        }
    }

    /// Whether it only tests the endpoint: then there is one attempt, which says nothing of the endpoint's health.
    pub fn is_test(&self) -> bool {
        self.event_type == crate::PING
    }

    /// Until when it is kept.
    pub fn kept_until(&self) -> Timestamp {
        self.begun_at.plus(SignedDuration::from_hours(DELIVERY_DAYS * 24))
    }

    /// With an attempt that begins at `now`, which is nobody else's for a minute. `None` when no attempt is left: the last one
    /// was broken off.
    pub fn claimed(&self, now: Timestamp) -> Option<Self> {
        let attempts_left = self.tries < self.most_tries();
        attempts_left.then(|| {
            let mut next = self.next();
            next.attempts.push(WebhookAttempt { at: now, result: AttemptResult::Unknown, status: None, millis: None });
            let superfluous = next.attempts.len().saturating_sub(KEPT);
            next.attempts.drain(..superfluous);
            next.tries += 1;
            next.next_attempt_at = Some(now.plus(LEASE));
            next
        })
    }

    /// After the attempt that was claimed; `dice` spreads the next one.
    pub fn ended(&self, heard: CallResult, now: Timestamp, dice: u16) -> (Self, EndpointVerdict) {
        let mut next = self.next();
        if let Some(last) = next.attempts.last_mut() {
            (last.result, last.status, last.millis) = (heard.result, heard.status, Some(heard.millis));
        }
        let outcome = if heard.result == AttemptResult::Delivered {
            EndpointVerdict::Worked
        } else if heard.status == Some(410) {
            EndpointVerdict::Gone
        } else {
            EndpointVerdict::Failed
        };
        (next.status, next.next_attempt_at) = match outcome {
            EndpointVerdict::Worked => (WebhookDeliveryStatus::Delivered, None),
            EndpointVerdict::Gone => (WebhookDeliveryStatus::Failed, None),
            EndpointVerdict::Failed if self.tries >= self.most_tries() => (WebhookDeliveryStatus::Failed, None),
            EndpointVerdict::Failed => match ladder::wait(self.tries, dice, heard.retry_after) {
                Some(wait) => (WebhookDeliveryStatus::Pending, Some(now.plus(wait))),
                None => (WebhookDeliveryStatus::Failed, None),
            },
        };
        (next, outcome)
    }

    /// Over without success, as nothing is left to try.
    pub fn given_up(&self) -> Self {
        Self { status: WebhookDeliveryStatus::Failed, next_attempt_at: None, ..self.next() }
    }

    /// Over, as nothing is sent to the endpoint.
    pub fn cancelled(&self) -> Self {
        Self { status: WebhookDeliveryStatus::Cancelled, next_attempt_at: None, ..self.next() }
    }

    /// Sent again from the first attempt on, under the same id.
    ///
    /// # Errors
    /// `Pending`.
    pub fn replayed(&self, now: Timestamp) -> Result<Self, WebhookError> {
        match self.status {
            WebhookDeliveryStatus::Pending => Err(WebhookError::Pending),
            WebhookDeliveryStatus::Delivered | WebhookDeliveryStatus::Failed | WebhookDeliveryStatus::Cancelled => {
                Ok(Self {
                    status: WebhookDeliveryStatus::Pending,
                    tries: 0,
                    next_attempt_at: Some(now),
                    begun_at: now,
                    ..self.next()
                })
            }
        }
    }

    /// Whether it is over and did not come through; tests are not made up for.
    pub fn can_be_made_up_for(&self) -> bool {
        match self.status {
            WebhookDeliveryStatus::Failed | WebhookDeliveryStatus::Cancelled => !self.is_test(),
            WebhookDeliveryStatus::Pending | WebhookDeliveryStatus::Delivered => false,
        }
    }

    fn most_tries(&self) -> u32 {
        if self.is_test() { 1 } else { ladder::ATTEMPTS }
    }

    fn next(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::endpoint::tests::{at, endpoint};

    fn delivery_of(event_type: &str) -> WebhookDelivery {
        let new = NewDelivery {
            endpoint_id: endpoint().id,
            event_id: "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            event_type: event_type.to_owned(),
            subject: "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(),
            occurred_at: at("2026-11-21T02:00:00Z"),
            body: "{}".to_owned(),
        };
        WebhookDelivery::new(new, at("2026-11-21T02:00:01Z"))
    }

    fn heard(status: u16) -> CallResult {
        let result = if (200..300).contains(&status) { AttemptResult::Delivered } else { AttemptResult::Rejected };
        CallResult { result, status: Some(status), millis: 12, retry_after: None }
    }

    #[test]
    fn the_same_event_to_the_same_endpoint_is_one_delivery() {
        let (first, again) = (delivery_of("invoice.paid"), delivery_of("invoice.paid"));
        assert_eq!(first.id, again.id);
        assert_eq!(first.id.ulid().timestamp_ms(), 1_795_226_400_000);
        let other = WebhookDelivery::new(
            NewDelivery {
                endpoint_id: "whe_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap(),
                event_id: first.event_id,
                event_type: "invoice.paid".to_owned(),
                subject: String::new(),
                occurred_at: at("2026-11-21T02:00:00Z"),
                body: String::new(),
            },
            first.created_at,
        );
        assert_ne!(first.id, other.id);
    }

    #[test]
    fn a_delivery_ends_with_the_first_success() {
        let claimed = delivery_of("invoice.paid").claimed(at("2026-11-21T02:00:02Z")).unwrap();
        assert_eq!(claimed.next_attempt_at, Some(at("2026-11-21T02:01:02Z")), "nobody else's for a minute");
        let (done, outcome) = claimed.ended(heard(204), at("2026-11-21T02:00:03Z"), 0);
        assert_eq!(
            (done.status, done.next_attempt_at, outcome),
            (WebhookDeliveryStatus::Delivered, None, EndpointVerdict::Worked)
        );
        let attempt = done.attempts[0];
        assert_eq!((attempt.result, attempt.status, attempt.millis), (AttemptResult::Delivered, Some(204), Some(12)));
    }

    #[test]
    fn it_is_tried_ten_times_and_then_failed() {
        let (mut delivery, mut now) = (delivery_of("invoice.paid"), at("2026-11-21T02:00:02Z"));
        for attempt in 1..=10 {
            delivery = delivery.claimed(now).unwrap();
            let (next, outcome) = delivery.ended(heard(500), now, 30_000);
            assert_eq!((next.tries, outcome), (attempt, EndpointVerdict::Failed));
            delivery = next;
            now = delivery.next_attempt_at.unwrap_or(now);
        }
        assert_eq!((delivery.status, delivery.attempts.len()), (WebhookDeliveryStatus::Failed, 10));
        assert_eq!(delivery.claimed(now), None);
        assert!(now < at("2026-11-25T02:00:00Z"), "{now}");
    }

    #[test]
    fn redirects_and_other_answers_are_failures_and_410_is_the_end() {
        let claimed = delivery_of("invoice.paid").claimed(at("2026-11-21T02:00:02Z")).unwrap();
        for status in [100, 199, 300, 301, 302, 308, 400, 404, 409, 429, 500, 503] {
            let (next, outcome) = claimed.ended(heard(status), at("2026-11-21T02:00:03Z"), 0);
            assert_eq!((next.status, outcome), (WebhookDeliveryStatus::Pending, EndpointVerdict::Failed), "{status}");
        }
        let (gone, outcome) = claimed.ended(heard(410), at("2026-11-21T02:00:03Z"), 0);
        assert_eq!(
            (gone.status, gone.next_attempt_at, outcome),
            (WebhookDeliveryStatus::Failed, None, EndpointVerdict::Gone)
        );
    }

    #[test]
    fn a_test_has_one_attempt() {
        let claimed = delivery_of("ping").claimed(at("2026-11-21T02:00:02Z")).unwrap();
        assert!(claimed.is_test());
        assert_eq!(claimed.ended(heard(500), at("2026-11-21T02:00:03Z"), 0).0.status, WebhookDeliveryStatus::Failed);
        assert_eq!(claimed.claimed(at("2026-11-21T02:02:00Z")), None, "also when it was broken off");
    }

    #[test]
    fn what_is_over_can_be_sent_again_from_the_beginning() {
        let claimed = delivery_of("invoice.paid").claimed(at("2026-11-21T02:00:02Z")).unwrap();
        let later = at("2026-11-28T00:00:00Z");
        assert_eq!(claimed.replayed(later), Err(WebhookError::Pending));
        let over = [claimed.ended(heard(200), later, 0).0, claimed.given_up(), claimed.cancelled()];
        for delivery in over {
            let again = delivery.replayed(later).unwrap();
            assert_eq!((again.status, again.tries, again.id), (WebhookDeliveryStatus::Pending, 0, claimed.id));
            assert_eq!((again.next_attempt_at, again.attempts.len()), (Some(later), 1));
            assert_eq!(again.kept_until(), at("2026-12-28T00:00:00Z"));
        }
    }

    proptest! {
        /// Whatever is heard: attempts are counted, bounded, and an end is an end.
        #[test]
        fn a_delivery_always_ends(statuses in prop::collection::vec(100_u16..600, 1..80), dice in any::<u16>()) {
            let (mut delivery, mut now) = (delivery_of("invoice.paid"), at("2026-11-21T02:00:02Z"));
            for status in statuses {
                let Some(claimed) = delivery.claimed(now) else { break };
                let (next, _) = claimed.ended(heard(status), now, dice);
                prop_assert_eq!(next.status == WebhookDeliveryStatus::Pending, next.next_attempt_at.is_some());
                prop_assert!(next.next_attempt_at.is_none_or(|at| at > now));
                prop_assert!(next.attempts.len() <= KEPT && next.tries <= ladder::ATTEMPTS);
                prop_assert_eq!(next.version, delivery.version + 2);
                delivery = match next.status {
                    WebhookDeliveryStatus::Pending => next,
                    WebhookDeliveryStatus::Delivered
                    | WebhookDeliveryStatus::Failed
                    | WebhookDeliveryStatus::Cancelled => next.replayed(now).unwrap(),
                };
                now = delivery.next_attempt_at.unwrap();
            }
        }
    }
}
