//! An endpoint, as callers see one.

use kernel::{Timestamp, WebhookEndpointId};
use serde::Serialize;
use utoipa::ToSchema;
use webhooks::{Description, DisabledReason, EndpointHealth, WebhookEndpoint, WebhookEndpointStatus};

/// A webhook endpoint. Never its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookEndpointView {
    pub id: WebhookEndpointId,
    /// Where events are sent.
    #[schema(format = "uri", example = "https://hooks.example.com/ruko")]
    pub url: String,
    /// What it is for; null where nothing was said.
    pub description: Option<Description>,
    /// Which events are sent.
    #[schema(example = json!(["invoice.paid", "payment.*"]))]
    pub events: Vec<String>,
    pub status: WebhookEndpointStatus,
    /// Why nothing is sent; null while it is enabled.
    pub disabled_reason: Option<DisabledReason>,
    /// Since when nothing is sent; null while it is enabled.
    pub disabled_at: Option<Timestamp>,
    /// When a delivery failed first after the last one that came through; after five days of that it is disabled. Null
    /// while they come through.
    pub failing_since: Option<Timestamp>,
    /// Until when messages are signed with a former secret too; null when they are not.
    pub former_secret_until: Option<Timestamp>,
    /// Since when events are sent.
    pub created_at: Timestamp,
}

impl WebhookEndpointView {
    /// The endpoint as it stands at `now`.
    pub(crate) fn of(endpoint: &WebhookEndpoint, health: EndpointHealth, now: Timestamp) -> Self {
        Self {
            id: endpoint.id,
            url: endpoint.url.expose().to_owned(),
            description: endpoint.description.clone(),
            events: endpoint.events.iter().map(|name| name.as_str().to_owned()).collect(),
            status: endpoint.status(),
            disabled_reason: endpoint.disabled.map(|disabled| disabled.reason),
            disabled_at: endpoint.disabled.map(|disabled| disabled.at),
            failing_since: health.failing_since,
            former_secret_until: endpoint.retired.iter().map(|one| one.until).filter(|until| now < *until).max(),
            created_at: endpoint.created_at,
        }
    }
}

/// A webhook endpoint and its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookEndpointWithSecret {
    /// The endpoint.
    pub endpoint: WebhookEndpointView,
    /// What signatures are checked with. It is shown here and never again.
    #[schema(pattern = "^whsec_[A-Za-z0-9+/]{43}=$", example = "whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")]
    pub secret: String,
}
