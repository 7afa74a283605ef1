//! What of a dead letter is shown: what kind of work it is, and of which tenant and thing. What it says of people is not.

use cloud::DeadLetter;
use kernel::{EventId, TenantId, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A message that its queue gave up.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetterView {
    /// As the queue calls it, and the log: `message.id`.
    #[schema(example = "3b9b0c5e-6f5f-4b7e-9a56-2f0d8a0f6c11")]
    pub id: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: DeadLetterKind,
    /// Of what: the name of an event, or the kind of due work; null where nothing says so.
    #[schema(example = "invoice.issued")]
    pub about: Option<String>,
    /// The tenant; null where none is named.
    pub tenant_id: Option<TenantId>,
    /// The event that it is.
    pub event_id: Option<EventId>,
    /// The thing that it is about, by its id.
    #[schema(example = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub subject: Option<String>,
    /// Why it was given up, where it says so itself; else the log has it.
    #[schema(example = "RetriesExhausted")]
    pub error: Option<String>,
    /// When it was first sent.
    pub sent_at: Option<Timestamp>,
    /// How often it was looked at here.
    #[schema(example = 1)]
    pub takes: u32,
    /// How large it is, in bytes.
    #[schema(example = 512)]
    pub size_bytes: usize,
    /// Whether it can be sent again: a queue gave it up.
    #[schema(example = true)]
    pub redrivable: bool,
}

/// What a dead letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeadLetterKind {
    /// An event that somebody reads.
    Event,
    /// Work that was due.
    DueWork,
    /// A message to a person.
    Message,
    /// A part of a stream, or lines of a log, that a function gave up.
    Invocation,
    /// Anything else.
    Other,
}

impl From<&DeadLetter> for DeadLetterView {
    fn from(letter: &DeadLetter) -> Self {
        let body: Value = serde_json::from_str(&letter.body).unwrap_or_default();
        let (kind, part) = kind_of(&body);
        let word = |value: &Value| value.as_str().filter(|text| is_word(text)).map(str::to_owned);
        let named = |name: &str| part.get(name).and_then(word);
        let about = match kind {
            DeadLetterKind::Event => named("type"),
            DeadLetterKind::DueWork => named("kind"),
            DeadLetterKind::Message => named("channel"),
            DeadLetterKind::Invocation | DeadLetterKind::Other => None,
        };
        let subject = match kind {
            DeadLetterKind::Event => named("subject"),
            DeadLetterKind::DueWork => named("id"),
            DeadLetterKind::Message => named("notificationId"),
            DeadLetterKind::Invocation | DeadLetterKind::Other => None,
        };
        let event_id = (kind == DeadLetterKind::Event).then(|| text(part, "id")?.parse().ok()).flatten();
        Self {
            id: letter.id.clone(),
            kind,
            about,
            tenant_id: text(part, "tenantId").and_then(|id| id.parse().ok()),
            event_id,
            // The subject of some events is the hash of an address.
            subject: subject.filter(|subject| is_id(subject)),
            error: body.pointer("/requestContext/condition").and_then(word),
            sent_at: letter.sent_at,
            takes: letter.takes,
            size_bytes: letter.body.len(),
            redrivable: letter.source.is_some(),
        }
    }
}

/// What it is, and the part of it that says of whom.
fn kind_of(body: &Value) -> (DeadLetterKind, &Value) {
    if let Some(event) = body.get("detail").filter(|event| text(event, "tenantId").is_some()) {
        (DeadLetterKind::Event, event)
    } else if text(body, "kind").is_some() && text(body, "id").is_some() {
        (DeadLetterKind::DueWork, body)
    } else if text(body, "notificationId").is_some() {
        (DeadLetterKind::Message, body)
    } else if body.get("requestContext").is_some_and(Value::is_object) {
        (DeadLetterKind::Invocation, body)
    } else {
        (DeadLetterKind::Other, body)
    }
}

/// A text that stands under a name.
fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

/// Whether a text is a name of ours, and can be nothing that somebody wrote.
fn is_word(text: &str) -> bool {
    (1..=60).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// Whether a text is one of our ids: three letters and a ULID.
fn is_id(text: &str) -> bool {
    let is_ulid = |text: &str| text.len() == 26 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    text.split_once('_').is_some_and(|(kind, ulid)| kind.len() == 3 && is_ulid(ulid))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seen(body: &Value) -> Value {
        let letter = DeadLetter {
            id: "m".to_owned(),
            receipt: "r".to_owned(),
            body: body.to_string(),
            sent_at: None,
            takes: 1,
            source: None,
        };
        let view = serde_json::to_value(DeadLetterView::from(&letter)).unwrap();
        json!([view["type"], view["about"], view["tenantId"], view["subject"], view["error"]])
    }

    #[test]
    fn of_a_letter_only_names_and_ids_are_shown() {
        let (tenant, id) = ("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
        let event = json!({ "detail": { "type": "invoice.issued", "tenantId": tenant, "subject": id,
            "data": { "email": "budi@example.com" } } });
        assert_eq!(seen(&event), json!(["event", "invoice.issued", tenant, id, null]));
        let due = json!({ "tenantId": tenant, "kind": "invoice_dunning", "id": id, "at": "2026-11-21T00:00:00.000Z" });
        assert_eq!(seen(&due), json!(["due_work", "invoice_dunning", tenant, id, null]));
        let hash = json!({ "detail": { "type": "user.password_reset_requested", "tenantId": tenant,
            "subject": "aGFzaA_of-an.address" } });
        assert_eq!(seen(&hash)[3], json!(null));
        let given_up = json!({ "requestContext": { "condition": "RetriesExhausted" }, "DDBStreamBatchInfo": {} });
        assert_eq!(seen(&given_up), json!(["invocation", null, null, null, "RetriesExhausted"]));
        for other in [json!("budi@example.com"), json!(null), json!({ "kind": "budi@example.com", "id": "x y" })] {
            assert!(!seen(&other).to_string().contains("budi"), "{other}");
        }
    }
}
