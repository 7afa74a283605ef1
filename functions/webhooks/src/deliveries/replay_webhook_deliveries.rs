//! `POST /api/v1/webhook-endpoints/{id}/replay`: deliveries that did not come through since an instant are sent again.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read of the endpoint, one query (up to ten where most came through), one read of the deliveries, one
//! transaction of deliveries, agenda, audit entry and idempotency row, one call for each ten messages; from the endpoint on again
//! for every race that is lost.

use axum::extract::State;
use kernel::{PageLimit, Timestamp, WebhookEndpointId};
use serde::{Deserialize, Serialize};
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, Json, Optional, Problem, Reply, RequestInfo};
use webhooks::{WebhookDeliveries, WebhookDelivery, WebhookEndpoints};

use crate::{WEBHOOK_REPLAYED, WebhooksWrite, deliveries::hand_over::hand_over};

/// How many deliveries one call has sent again: two writes each, and a transaction has a hundred.
const AT_ONCE: u16 = 40;

/// Which deliveries.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ReplayWebhookDeliveries {
    /// Of events since this instant; at most 30 days are kept.
    pub since: Timestamp,
}

/// What is sent again.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookDeliveriesReplayed {
    /// How many deliveries.
    #[schema(minimum = 0, maximum = 40, example = 12)]
    pub replayed: usize,
    /// From when on to go on: call again with it as `since`. Null when there are no more.
    pub next: Option<Timestamp>,
}

/// Replay failed webhook deliveries
///
/// Those that failed or were cancelled, oldest event first, at most 40 with one call; tests are left out. Each goes under its
/// `webhook-id`, from the first of ten attempts on.
#[utoipa::path(
    post, path = "/api/v1/webhook-endpoints/{id}/replay",
    responses(
        (status = 202, body = Envelope<WebhookDeliveriesReplayed>),
        (status = 409, description = "WEBHOOK_ENDPOINT_DISABLED")
    )
)]
pub async fn replay_webhook_deliveries(
    State(api): State<Api>,
    caller: Caller<WebhooksWrite>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<WebhookEndpointId>,
    Json(body): Json<ReplayWebhookDeliveries>,
) -> Result<Reply, Problem> {
    let limit = PageLimit::of::<AT_ONCE>();
    let endpoints = WebhookEndpoints::new(api.table(), caller.scope);
    let deliveries = WebhookDeliveries::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let endpoint = endpoints.get(id).await?.ok_or_else(Problem::not_found)?;
        endpoint.check_enabled()?;
        let (lost, next) = deliveries.undelivered(id, body.since, limit).await?;
        let again: Vec<WebhookDelivery> =
            lost.iter().map(|delivery| delivery.replayed(api.now())).collect::<Result<_, _>>()?;
        let mut transaction = Transaction::new();
        for delivery in &again {
            deliveries.save(&mut transaction, delivery)?;
        }
        if !again.is_empty() {
            let entry = caller.entry(&api, &info, WEBHOOK_REPLAYED).about(id).with("deliveries", again.len());
            entry.insert(&mut transaction, caller.scope)?;
        }
        let reply = Reply::accepted(&WebhookDeliveriesReplayed { replayed: again.len(), next })?;
        let settled = key.try_commit(&api, transaction, reply).await?;
        Ok(settled.map_or(Race::Lost, |reply| Race::Settled((reply, again))))
    })
    .await;
    let (outcome, again) = match outcome {
        Ok((reply, again)) => (Ok(reply), again),
        Err(problem) => (Err(problem), Vec::new()),
    };
    let reply = key.settle(&api, outcome).await?;
    if !reply.is_replay() {
        hand_over(&api, again.iter().filter_map(|delivery| deliveries.due(delivery))).await;
    }
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use webhooks::WebhookDeliveryStatus::{Cancelled, Delivered, Failed};

    use crate::world::World;

    #[tokio::test]
    async fn what_was_lost_since_an_instant_is_sent_again_in_parts() {
        let world = World::open().await;
        let id = world.endpoint().await;
        for hour in 0..50 {
            world.delivery(&id, ("invoice.paid", hour), if hour % 2 == 0 { Failed } else { Cancelled }).await;
        }
        world.delivery(&id, ("invoice.paid", 60), Delivered).await;
        world.delivery(&id, ("ping", 61), Failed).await;
        let path = format!("/api/v1/webhook-endpoints/{id}/replay");
        let replay = async |since: &str| world.post(&path, json!({ "since": since })).await;
        let first = replay("2026-11-20T01:05:00.000Z").await;
        assert_eq!((first.status.as_u16(), first.at("/data/replayed")), (202, json!(40)), "{}", first.snapshot());
        let second = replay(&first.text("/data/next")).await;
        assert_eq!((second.at("/data/replayed"), second.at("/data/next")), (json!(5), json!(null)));
        assert_eq!(world.sent().len(), 45);
        assert_eq!(replay("2026-11-20T01:05:00.000Z").await.at("/data/replayed"), json!(0), "they are under way");
        assert_eq!(replay("2026-11-20T00:00:00.000Z").await.at("/data/replayed"), json!(5), "those before");
        assert_eq!(replay("2027-01-01T00:00:00.000Z").await.at("/data/replayed"), json!(0));
    }
}
