//! `GET /api/v1/webhook-endpoints/{id}/deliveries/{deliveryId}`: one delivery, what is sent and every attempt.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), two reads at once.

use axum::extract::State;
use kernel::{WebhookDeliveryId, WebhookEndpointId};
use web::{Api, Caller, Envelope, Ids, Problem, Reply};
use webhooks::{WebhookDeliveries, WebhookEndpoints};

use crate::{WebhooksRead, deliveries::delivery_view::WebhookDeliveryView};

/// Get a webhook delivery
///
/// Of the receiver's answers only the status is kept.
#[utoipa::path(
    get, path = "/api/v1/webhook-endpoints/{id}/deliveries/{deliveryId}",
    responses((status = 200, body = Envelope<WebhookDeliveryView>))
)]
pub async fn get_webhook_delivery(
    State(api): State<Api>,
    caller: Caller<WebhooksRead>,
    Ids(endpoint, id): Ids<WebhookEndpointId, WebhookDeliveryId>,
) -> Result<Reply, Problem> {
    let endpoints = WebhookEndpoints::new(api.table(), caller.scope);
    let deliveries = WebhookDeliveries::new(api.table(), caller.scope);
    let (known, delivery) = tokio::try_join!(endpoints.get(endpoint), deliveries.get_of(endpoint, id))?;
    let delivery = delivery.filter(|_| known.is_some()).ok_or_else(Problem::not_found)?;
    Reply::ok(&WebhookDeliveryView::with_body(&delivery))
}
