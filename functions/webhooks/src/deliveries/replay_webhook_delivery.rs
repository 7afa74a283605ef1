//! `POST /api/v1/webhook-endpoints/{id}/deliveries/{deliveryId}/replay`: a delivery that is over is sent again.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, two reads at once, one transaction of delivery, agenda, audit entry and idempotency row, one message; the
//! reads and the transaction again for every race that is lost.

use axum::extract::State;
use kernel::{WebhookDeliveryId, WebhookEndpointId};
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Envelope, Ids, Optional, Problem, Reply, RequestInfo};
use webhooks::{WebhookDeliveries, WebhookEndpoints};

use crate::{
    WEBHOOK_REPLAYED, WebhooksWrite,
    deliveries::{delivery_view::WebhookDeliveryView, hand_over::hand_over},
};

/// Replay a webhook delivery
///
/// Under the same `webhook-id`, from the first of ten attempts on, to the endpoint's present address and with its present
/// secret. A receiver that took it before knows it by its id.
#[utoipa::path(
    post, path = "/api/v1/webhook-endpoints/{id}/deliveries/{deliveryId}/replay",
    responses(
        (status = 202, body = Envelope<WebhookDeliveryView>),
        (status = 409, description = "WEBHOOK_DELIVERY_PENDING, WEBHOOK_ENDPOINT_DISABLED")
    )
)]
pub async fn replay_webhook_delivery(
    State(api): State<Api>,
    caller: Caller<WebhooksWrite>,
    info: RequestInfo,
    key: Optional,
    Ids(endpoint, id): Ids<WebhookEndpointId, WebhookDeliveryId>,
) -> Result<Reply, Problem> {
    let endpoints = WebhookEndpoints::new(api.table(), caller.scope);
    let deliveries = WebhookDeliveries::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let (known, found) = tokio::try_join!(endpoints.get(endpoint), deliveries.get_of(endpoint, id))?;
        let (Some(endpoint), Some(before)) = (known, found) else { return Err(Problem::not_found()) };
        endpoint.check_enabled()?;
        let after = before.replayed(api.now())?;
        let mut transaction = Transaction::new();
        deliveries.save(&mut transaction, &after)?;
        let entry = caller.entry(&api, &info, WEBHOOK_REPLAYED).about(id);
        entry.insert(&mut transaction, caller.scope)?;
        let reply = Reply::accepted(&WebhookDeliveryView::from(&after))?;
        let settled = key.try_commit(&api, transaction, reply).await?;
        Ok(settled.map_or(Race::Lost, |reply| Race::Settled((reply, after))))
    })
    .await;
    let (outcome, due) = match outcome {
        Ok((reply, after)) => (Ok(reply), deliveries.due(&after)),
        Err(problem) => (Err(problem), None),
    };
    let reply = key.settle(&api, outcome).await?;
    if !reply.is_replay() {
        hand_over(&api, due).await;
    }
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use serde_json::json;
    use webhooks::WebhookDeliveryStatus::{Delivered, Failed, Pending};

    use crate::world::World;

    #[tokio::test]
    async fn what_is_over_is_sent_again_under_the_same_id() {
        let world = World::open().await;
        let endpoint = world.endpoint().await;
        for status in [Delivered, Failed] {
            let id = world.delivery(&endpoint, ("invoice.paid", u32::from(status == Failed) + 1), status).await;
            let before = world.sent().len();
            let path = format!("/api/v1/webhook-endpoints/{endpoint}/deliveries/{id}/replay");
            let answer = world.post(&path, json!({})).await;
            assert_eq!(
                (answer.status.as_u16(), answer.at("/data/status")),
                (202, json!("pending")),
                "{}",
                answer.snapshot()
            );
            assert_eq!(answer.text("/data/nextAttemptAt"), "2026-11-21T01:00:00.000Z");
            assert_eq!(world.sent().len(), before + 1);
            let again = world.post(&path, json!({})).await;
            assert_eq!(again.text("/code"), "WEBHOOK_DELIVERY_PENDING");
        }
        let waiting = world.delivery(&endpoint, ("invoice.paid", 9), Pending).await;
        let path = format!("/api/v1/webhook-endpoints/{endpoint}/deliveries/{waiting}/replay");
        assert_eq!(world.post(&path, json!({})).await.text("/code"), "WEBHOOK_DELIVERY_PENDING");
    }

    #[tokio::test]
    async fn many_who_ask_at_once_have_it_sent_once() {
        let world = World::open().await;
        let endpoint = world.endpoint().await;
        let id = world.delivery(&endpoint, ("invoice.paid", 1), Failed).await;
        let path = format!("/api/v1/webhook-endpoints/{endpoint}/deliveries/{id}/replay");
        let answers = join_all((0..6).map(|_| world.post(&path, json!({})))).await;
        let taken = answers.iter().filter(|answer| answer.status == 202).count();
        assert_eq!((taken, world.sent().len()), (1, 1));
        assert!(answers.iter().all(|answer| answer.status == 202 || answer.status == 409));
    }
}
