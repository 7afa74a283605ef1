//! An endpoint: where a tenant wants its events, which of them, and how they are signed.

use jiff::SignedDuration;
use kernel::{Timestamp, WebhookEndpointId, fits_on_a_line};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{EventPattern, WebhookError, WebhookSecret, WebhookUrl};

/// For how long a message is signed with a secret that another one took the place of.
pub const OVERLAP: SignedDuration = SignedDuration::from_hours(24);
/// How many such secrets are used at once; the oldest one goes before its time.
const MOST_RETIRED: usize = 4;
/// The longest description, in characters.
const LONGEST_DESCRIPTION: usize = 200;

/// An endpoint, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookEndpoint {
    /// Which one.
    pub id: WebhookEndpointId,
    /// Where events are sent.
    #[serde(with = "table::personal")]
    pub url: WebhookUrl,
    /// What the tenant says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// Which events are sent.
    pub events: Vec<EventName>,
    /// What messages are signed with.
    #[serde(with = "table::personal")]
    pub secret: WebhookSecret,
    /// What they were signed with before, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "table::personal")]
    pub retired: Vec<RetiredSecret>,
    /// Why nothing is sent, if nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Disabled>,
    /// Since when events are sent.
    pub created_at: Timestamp,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// A pattern as it was taken: an event that a later release no longer has must not make the row unreadable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventName(String);

/// A secret that another one took the place of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RetiredSecret {
    /// The secret.
    pub secret: WebhookSecret,
    /// Until when messages are signed with it too, exclusive.
    pub until: Timestamp,
}

/// That nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Disabled {
    /// Why.
    pub reason: DisabledReason,
    /// Since when.
    pub at: Timestamp,
}

/// Why nothing is sent to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookDisabledReason)]
pub enum DisabledReason {
    /// Somebody of the tenant said so.
    ByHand,
    /// Its deliveries failed for five days, and none came through.
    Failing,
    /// It answered 410 Gone.
    Gone,
}

/// Whether events are sent to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookEndpointStatus {
    /// They are.
    Enabled,
    /// They are not.
    Disabled,
}

/// What a tenant says of an endpoint: 1 to 200 characters on one line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    as = WebhookDescription, description = "What a webhook endpoint is for: one line",
    value_type = String, format = "trimmed-plain-line", min_length = 1, max_length = 200, example = "accounting"
)]
pub struct Description(String);

/// What makes an endpoint.
#[derive(Debug)]
pub struct NewEndpoint {
    /// Which one.
    pub id: WebhookEndpointId,
    /// Where events are sent.
    pub url: WebhookUrl,
    /// What the tenant says of it.
    pub description: Option<Description>,
    /// Which events are sent.
    pub events: Vec<EventPattern>,
    /// What messages are signed with.
    pub secret: WebhookSecret,
}

impl TryFrom<String> for Description {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = fits_on_a_line(&text, LONGEST_DESCRIPTION);
        if fits { Ok(Self(text)) } else { Err("use 1 to 200 characters on one line, without blanks around them") }
    }
}

impl From<Description> for String {
    fn from(description: Description) -> Self {
        description.0
    }
}

impl EventName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl WebhookEndpoint {
    /// A new endpoint, to which events are sent from `now` on.
    pub fn new(new: NewEndpoint, now: Timestamp) -> Self {
        Self {
            id: new.id,
            url: new.url,
            description: new.description,
            events: names(new.events),
            secret: new.secret,
            retired: Vec::new(),
            disabled: None,
            created_at: now,
            version: 1,
        }
    }

    /// Whether events are sent to it.
    pub const fn status(&self) -> WebhookEndpointStatus {
        match self.disabled {
            Some(_) => WebhookEndpointStatus::Disabled,
            None => WebhookEndpointStatus::Enabled,
        }
    }

    /// Whether an event is to be sent to it: one that it named, and that happened since there is the endpoint.
    pub fn wants(&self, event: &str, occurred_at: Timestamp) -> bool {
        let named = self.events.iter().any(|name| name.0.parse().is_ok_and(|one: EventPattern| one.matches(event)));
        named && self.disabled.is_none() && self.created_at <= occurred_at
    }

    /// What messages are signed with at `now`, the present secret first.
    pub fn secrets(&self, now: Timestamp) -> impl Iterator<Item = &WebhookSecret> {
        let retired = self.retired.iter().filter(move |one| now < one.until);
        std::iter::once(&self.secret).chain(retired.map(|one| &one.secret))
    }

    /// With another secret; the present one is used beside it for [`OVERLAP`].
    pub fn rotated(&self, secret: WebhookSecret, now: Timestamp) -> Self {
        let present = RetiredSecret { secret: self.secret.clone(), until: now.plus(OVERLAP) };
        let before = self.retired.iter().filter(|one| now < one.until).cloned();
        let retired = std::iter::once(present).chain(before).take(MOST_RETIRED).collect();
        Self { secret, retired, ..self.next() }
    }

    /// What a tenant says of it anew.
    pub fn rewritten(
        &self,
        url: WebhookUrl,
        description: Option<Description>,
        events: Option<Vec<EventPattern>>,
    ) -> Self {
        let events = events.map_or_else(|| self.events.clone(), names);
        Self { url, description, events, ..self.next() }
    }

    /// Disabled; `None` when it is already.
    pub fn disabled(&self, reason: DisabledReason, now: Timestamp) -> Option<Self> {
        self.disabled.is_none().then(|| Self { disabled: Some(Disabled { reason, at: now }), ..self.next() })
    }

    /// Enabled; `None` when it is already.
    pub fn enabled(&self) -> Option<Self> {
        self.disabled.is_some().then(|| Self { disabled: None, ..self.next() })
    }

    /// That something can be sent to it.
    ///
    /// # Errors
    /// `Disabled`.
    pub const fn check_enabled(&self) -> Result<(), WebhookError> {
        match self.disabled {
            Some(_) => Err(WebhookError::Disabled),
            None => Ok(()),
        }
    }

    fn next(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }
}

/// Each once, in the order of their names.
fn names(mut events: Vec<EventPattern>) -> Vec<EventName> {
    events.sort();
    events.dedup();
    events.into_iter().map(|event| EventName(event.into())).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::LocalHosts;

    pub(crate) fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    pub(crate) fn endpoint() -> WebhookEndpoint {
        let new = NewEndpoint {
            id: "whe_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            url: WebhookUrl::parse("https://hooks.example.com/ruko?t=1", &LocalHosts::default()).unwrap(),
            description: Some("accounting".to_owned().try_into().unwrap()),
            events: ["payment.*", "invoice.paid", "invoice.paid"].map(|name| name.parse().unwrap()).to_vec(),
            secret: WebhookSecret::new([1; 32]),
        };
        WebhookEndpoint::new(new, at("2026-11-21T01:00:00Z"))
    }

    #[test]
    fn an_endpoint_wants_what_it_named_since_it_exists_while_it_is_enabled() {
        let (endpoint, later) = (endpoint(), at("2026-11-21T01:00:01Z"));
        assert_eq!(endpoint.events.len(), 2);
        assert!(endpoint.wants("payment.failed", later) && endpoint.wants("invoice.paid", endpoint.created_at));
        assert!(!endpoint.wants("invoice.issued", later));
        assert!(!endpoint.wants("invoice.paid", at("2026-11-21T00:59:59Z")), "it is no archive");
        let off = endpoint.disabled(DisabledReason::ByHand, later).unwrap();
        assert!(!off.wants("invoice.paid", later) && off.check_enabled() == Err(WebhookError::Disabled));
        assert_eq!(off.disabled(DisabledReason::Gone, later), None);
        let on = off.enabled().unwrap();
        assert!(on.wants("invoice.paid", later));
        assert_eq!((on.version, on.enabled()), (3, None));
    }

    #[test]
    fn an_event_that_is_no_more_leaves_the_others() {
        let stored = serde_json::json!(endpoint()).to_string().replace("invoice.paid", "invoice.forgotten");
        let endpoint: WebhookEndpoint = serde_json::from_str(&stored).unwrap();
        let later = at("2026-11-21T01:00:01Z");
        assert!(endpoint.wants("payment.failed", later) && !endpoint.wants("invoice.forgotten", later));
    }

    #[test]
    fn both_secrets_sign_for_a_day_after_a_rotation() {
        let (first, now) = (endpoint(), at("2026-11-22T01:00:00Z"));
        let second = first.rotated(WebhookSecret::new([2; 32]), now);
        let count = |endpoint: &WebhookEndpoint, now: &str| endpoint.secrets(at(now)).count();
        assert_eq!(count(&second, "2026-11-23T00:59:59.999Z"), 2);
        assert_eq!(count(&second, "2026-11-23T01:00:00Z"), 1);
        assert_eq!(second.secrets(now).next(), Some(&WebhookSecret::new([2; 32])), "the present one first");
        let third = second.rotated(WebhookSecret::new([3; 32]), at("2026-11-22T02:00:00Z"));
        assert_eq!(count(&third, "2026-11-22T02:00:00Z"), 3, "a second rotation cuts no overlap short");
        let many = (4..20).fold(third, |one, byte| one.rotated(WebhookSecret::new([byte; 32]), now));
        assert_eq!(many.secrets(now).count(), 1 + MOST_RETIRED);
        let later = many.rotated(WebhookSecret::new([99; 32]), at("2026-12-01T00:00:00Z"));
        assert_eq!(later.retired.len(), 1, "what is over is not kept");
    }

    #[test]
    fn no_secret_and_no_address_is_printed() {
        let printed = format!("{:?}", endpoint().rotated(WebhookSecret::new([2; 32]), at("2026-11-22T01:00:00Z")));
        assert!(!printed.contains("whsec_") && !printed.contains("hooks.example"), "{printed}");
    }
}
