//! What is sent: a thin message that says what happened to what. Whoever wants more reads it with the API.

use events::Event;
use kernel::{EventId, TenantId, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::WebhookEndpoint;

/// The type of the message that only tests an endpoint.
pub const PING: &str = "ping";
/// The largest body, in bytes.
pub const LARGEST_BODY: usize = 20_000;

/// The body, in this order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    id: EventId,
    #[serde(rename = "type")]
    kind: &'a str,
    timestamp: Timestamp,
    version: u16,
    tenant_id: TenantId,
    subject: &'a str,
    subject_version: u64,
    data: &'a Value,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    data_omitted: bool,
}

/// The body of an event's message. One that would be larger than [`LARGEST_BODY`] says nothing but which event it is, and
/// `dataOmitted`.
///
/// # Errors
/// It does not serialise: a fault in the code.
pub fn body_of(event: &Event) -> Result<String, serde_json::Error> {
    let mut message = Message {
        id: event.id,
        kind: &event.name,
        timestamp: event.occurred_at,
        version: event.version,
        tenant_id: event.tenant_id,
        subject: &event.subject,
        subject_version: event.subject_version,
        data: &event.data,
        data_omitted: false,
    };
    let body = serde_json::to_string(&message)?;
    if body.len() < LARGEST_BODY {
        return Ok(body);
    }
    let nothing = Value::Object(Map::new());
    message.data = &nothing;
    message.data_omitted = true;
    serde_json::to_string(&message)
}

/// The body of a test.
///
/// # Errors
/// It does not serialise: a fault in the code.
pub fn ping_of(
    id: EventId,
    tenant_id: TenantId,
    endpoint: &WebhookEndpoint,
    now: Timestamp,
) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Message {
        id,
        kind: PING,
        timestamp: now,
        version: 1,
        tenant_id,
        subject: &endpoint.id.to_string(),
        subject_version: endpoint.version,
        data: &json!({ "endpointId": endpoint.id }),
        data_omitted: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::tests::{at, endpoint};

    fn event(data: &Value) -> Event {
        let event = json!({
            "id": "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "type": "invoice.paid", "version": 1,
            "tenantId": "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "occurredAt": "2026-11-21T02:00:00.000Z",
            "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "subject": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
            "subjectVersion": 3, "audience": "public", "data": data,
        });
        serde_json::from_value(event).unwrap()
    }

    #[test]
    fn a_message_says_what_happened_to_what() {
        assert_eq!(
            body_of(&event(&json!({ "number": "INV-1" }))).unwrap(),
            r#"{"id":"evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X","type":"invoice.paid","timestamp":"2026-11-21T02:00:00.000Z","version":1,"tenantId":"tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X","subject":"inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X","subjectVersion":3,"data":{"number":"INV-1"}}"#
        );
    }

    #[test]
    fn a_message_is_never_larger_than_twenty_thousand_bytes() {
        for size in [19_700, 19_760, 19_780, 20_000, 400_000] {
            let body = body_of(&event(&json!({ "note": "x".repeat(size) }))).unwrap();
            assert!(body.len() < LARGEST_BODY, "{size}: {}", body.len());
            assert_eq!(body.contains("xxx"), !body.ends_with(r#""data":{},"dataOmitted":true}"#));
        }
        assert!(body_of(&event(&json!({ "note": "x".repeat(400_000) }))).unwrap().contains("dataOmitted"));
    }

    #[test]
    fn a_test_names_the_endpoint() {
        let id = "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let body = ping_of(id, TenantId::PLATFORM, &endpoint(), at("2026-11-21T02:00:00Z")).unwrap();
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&body["type"], &body["subject"]), (&json!("ping"), &json!(endpoint().id)));
        assert_eq!(body["data"]["endpointId"], json!(endpoint().id));
        assert!(!events::catalogue::ALL.iter().any(|known| known.name == PING));
    }
}
