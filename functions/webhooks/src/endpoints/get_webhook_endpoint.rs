//! `GET /api/v1/webhook-endpoints/{id}`: one endpoint, and how it does.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use kernel::WebhookEndpointId;
use web::{Api, Caller, Envelope, Id, Problem, Reply};
use webhooks::WebhookEndpoints;

use crate::{WebhooksRead, endpoints::endpoint_view::WebhookEndpointView};

/// Get a webhook endpoint
#[utoipa::path(
    get, path = "/api/v1/webhook-endpoints/{id}", responses((status = 200, body = Envelope<WebhookEndpointView>))
)]
pub async fn get_webhook_endpoint(
    State(api): State<Api>,
    caller: Caller<WebhooksRead>,
    Id(id): Id<WebhookEndpointId>,
) -> Result<Reply, Problem> {
    let found = WebhookEndpoints::new(api.table(), caller.scope).get_with_health(id).await?;
    let (endpoint, health) = found.ok_or_else(Problem::not_found)?;
    Ok(Reply::ok(&WebhookEndpointView::of(&endpoint, health, api.now()))?.version(endpoint.version))
}
