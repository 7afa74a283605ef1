//! `POST /api/v1/webhook-endpoints/{id}/test`: a message that says nothing is sent to an endpoint.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read of the endpoint, one transaction of delivery, agenda and idempotency row, one message.

use axum::extract::State;
use kernel::{EventId, WebhookEndpointId};
use table::Transaction;
use web::{Api, Caller, Envelope, Id, Optional, Problem, Reply};
use webhooks::{NewDelivery, PING, WebhookDeliveries, WebhookDelivery, WebhookEndpoints, ping_of};

use crate::{
    WebhooksWrite,
    deliveries::{delivery_view::WebhookDeliveryView, hand_over::hand_over},
};

/// Test a webhook endpoint
///
/// A message of type `ping` is sent once, signed as all others. The answer is its delivery: read it again a moment later for
/// what came of it. Neither its success nor its failure counts for the endpoint.
#[utoipa::path(
    post, path = "/api/v1/webhook-endpoints/{id}/test",
    responses(
        (status = 202, body = Envelope<WebhookDeliveryView>), (status = 409, description = "WEBHOOK_ENDPOINT_DISABLED")
    )
)]
pub async fn test_webhook_endpoint(
    State(api): State<Api>,
    caller: Caller<WebhooksWrite>,
    key: Optional,
    Id(id): Id<WebhookEndpointId>,
) -> Result<Reply, Problem> {
    let endpoint = WebhookEndpoints::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    endpoint.check_enabled()?;
    let (event_id, now) = (EventId::new(api.new_ulid()), api.now());
    let body = ping_of(event_id, caller.tenant(), &endpoint, now).map_err(|error| corrupt(&error))?;
    let new = NewDelivery {
        endpoint_id: id,
        event_id,
        event_type: PING.to_owned(),
        subject: id.to_string(),
        occurred_at: now,
        body,
    };
    let delivery = WebhookDelivery::new(new, now);
    let deliveries = WebhookDeliveries::new(api.table(), caller.scope);
    let mut transaction = Transaction::new();
    deliveries.insert(&mut transaction, &delivery)?;
    let reply = Reply::accepted(&WebhookDeliveryView::from(&delivery))?;
    let reply = key.commit(&api, transaction, reply, |_| Problem::conflict()).await?;
    if !reply.is_replay() {
        hand_over(&api, deliveries.due(&delivery)).await;
    }
    Ok(reply)
}

fn corrupt(error: &serde_json::Error) -> Problem {
    table::TableError::Corrupt(error.to_string()).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn a_test_is_a_delivery_that_is_handed_over_once() {
        let world = World::open().await;
        let id = world.endpoint().await;
        let path = format!("/api/v1/webhook-endpoints/{id}/test");
        let ask = || world.client.post(&path, json!({})).bearer(&world.owner.token).idempotency_key("t1").send();
        let first = ask().await;
        assert_eq!(first.status, 202, "{}", first.snapshot());
        assert_eq!((first.at("/data/eventType"), first.at("/data/status")), (json!("ping"), json!("pending")));
        assert_eq!(ask().await.text("/data/id"), first.text("/data/id"));
        let sent = world.sent();
        assert_eq!(sent.len(), 1);
        assert_eq!((&sent[0]["id"], &sent[0]["kind"]), (&first.at("/data/id"), &json!("webhook_delivery")));
        assert_eq!(sent[0]["at"], first.at("/data/nextAttemptAt"));
        let shown = world.get(&format!("/api/v1/webhook-endpoints/{id}/deliveries/{}", first.text("/data/id"))).await;
        assert_eq!(shown.at("/data/attempts"), json!([]));
        assert_eq!(shown.at("/data/body/type"), json!("ping"));
        let unknown = world.post("/api/v1/webhook-endpoints/whe_01JD2Z3M4N5P6Q7R8S9T0V1W2X/test", json!({})).await;
        assert_eq!(unknown.status, 404);
    }
}
