//! `POST /api/v1/webhook-endpoints/{id}/enable`: events are sent to an endpoint again.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read of the endpoint and its health, one transaction of endpoint, health, audit entry and
//! idempotency row; the last two again for every race that is lost.

use axum::extract::State;
use kernel::WebhookEndpointId;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};
use webhooks::WebhookEndpoint;

use crate::{
    WEBHOOK_ENDPOINT_ENABLED, WebhooksWrite,
    endpoints::{
        edit::{Becomes, EndpointEdit, Failures},
        endpoint_view::WebhookEndpointView,
    },
};

/// Enable a webhook endpoint
///
/// Events that happen from now on are sent to it, and it has five days again to take them. What happened while it was disabled
/// was not kept for it; what had been on its way can be sent again.
#[utoipa::path(
    post, path = "/api/v1/webhook-endpoints/{id}/enable",
    responses((status = 200, body = Envelope<WebhookEndpointView>))
)]
pub async fn enable_webhook_endpoint(
    State(api): State<Api>,
    caller: Caller<WebhooksWrite>,
    edit: Edit,
    Id(id): Id<WebhookEndpointId>,
) -> Result<Reply, Problem> {
    let change = EndpointEdit { api: &api, caller: &caller, edit, action: WEBHOOK_ENDPOINT_ENABLED };
    let decide = |before: &WebhookEndpoint| {
        Ok(before.enabled().map_or(Becomes::Same, |after| Becomes::Changed(after, Failures::Forgotten)))
    };
    change.make(id, decide, |view| Reply::ok(&view)).await
}
