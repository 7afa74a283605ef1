//! Events about webhook endpoints.

use kernel::WebhookEndpointId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// Nothing is sent to a webhook endpoint any more: its deliveries failed for too long, or it answered 410.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookEndpointDisabled {
    /// Which endpoint.
    pub endpoint_id: WebhookEndpointId,
    /// Why.
    pub reason: WebhookDisableReason,
}

/// Why nothing is sent to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookDisableReason {
    /// Its deliveries failed for five days, and none came through.
    Failing,
    /// It answered 410 Gone.
    Gone,
}

impl Payload for WebhookEndpointDisabled {
    const NAME: &'static str = "webhook_endpoint.disabled";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = WebhookEndpointId;

    fn subject(&self) -> WebhookEndpointId {
        self.endpoint_id
    }
}
