//! A delivery, as callers see one.

use kernel::{EventId, Timestamp, WebhookDeliveryId, WebhookEndpointId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use webhooks::{AttemptResult, WebhookAttempt, WebhookDelivery, WebhookDeliveryStatus};

/// One event on its way to one endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookDeliveryView {
    pub id: WebhookDeliveryId,
    /// To which endpoint.
    pub endpoint_id: WebhookEndpointId,
    /// Of which event: the header `webhook-id` of every attempt.
    pub event_id: EventId,
    /// What happened; `ping` for a test.
    #[schema(example = "invoice.paid")]
    pub event_type: String,
    /// The id of what it happened to.
    #[schema(example = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub subject: String,
    pub status: WebhookDeliveryStatus,
    /// The attempts, oldest first; the last 30.
    pub attempts: Vec<WebhookAttemptView>,
    /// When it is tried next; null when it is over.
    pub next_attempt_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// What is sent; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, required = false, example = json!({"type": "invoice.paid"}))]
    pub body: Option<Value>,
}

/// One attempt. Of the answer only the status is kept.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookAttemptView {
    /// When it began.
    pub at: Timestamp,
    pub result: AttemptResult,
    /// What the receiver answered; null without an answer.
    #[schema(minimum = 100, maximum = 999, example = 204)]
    pub status: Option<u16>,
    /// How long it took, in milliseconds; null where its end was never noted.
    #[schema(example = 120)]
    pub duration_ms: Option<u32>,
}

impl From<&WebhookAttempt> for WebhookAttemptView {
    fn from(attempt: &WebhookAttempt) -> Self {
        Self { at: attempt.at, result: attempt.result, status: attempt.status, duration_ms: attempt.millis }
    }
}

impl From<&WebhookDelivery> for WebhookDeliveryView {
    fn from(delivery: &WebhookDelivery) -> Self {
        Self {
            id: delivery.id,
            endpoint_id: delivery.endpoint_id,
            event_id: delivery.event_id,
            event_type: delivery.event_type.clone(),
            subject: delivery.subject.clone(),
            status: delivery.status,
            attempts: delivery.attempts.iter().map(WebhookAttemptView::from).collect(),
            next_attempt_at: delivery.next_attempt_at,
            created_at: delivery.created_at,
            body: None,
        }
    }
}

impl WebhookDeliveryView {
    /// With what is sent.
    pub(crate) fn with_body(delivery: &WebhookDelivery) -> Self {
        Self { body: serde_json::from_str(&delivery.body).ok(), ..Self::from(delivery) }
    }
}
