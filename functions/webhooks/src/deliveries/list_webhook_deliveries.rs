//! `GET /api/v1/webhook-endpoints/{id}/deliveries`: what was sent to an endpoint, newest event first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the endpoint, one
//! query; up to ten where few deliveries are as asked for.

use axum::extract::State;
use kernel::WebhookEndpointId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Id, PageOf, Pager, Problem, QueryString, Reply};
use webhooks::{DeliveryFilter, EventPattern, PING, WebhookDeliveries, WebhookDeliveryStatus, WebhookEndpoints};

use crate::{WebhooksRead, deliveries::delivery_view::WebhookDeliveryView};

/// Which deliveries.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct WebhookDeliveriesQuery {
    /// In this state only.
    pub status: Option<WebhookDeliveryStatus>,
    /// Of this type of event only, such as `invoice.paid` or `ping`.
    #[schema(pattern = "^(ping|[a-z_]+[.][a-z_]+)$", max_length = 64, example = "invoice.paid")]
    pub event_type: Option<String>,
}

/// List webhook deliveries
///
/// Those of the last 30 days.
#[utoipa::path(
    get, path = "/api/v1/webhook-endpoints/{id}/deliveries",
    responses((status = 200, body = PageOf<WebhookDeliveryView>))
)]
pub async fn list_webhook_deliveries(
    State(api): State<Api>,
    caller: Caller<WebhooksRead>,
    pager: Pager,
    Id(id): Id<WebhookEndpointId>,
    QueryString(query): QueryString<WebhookDeliveriesQuery>,
) -> Result<Reply, Problem> {
    let filter = DeliveryFilter { status: query.status, event_type: query.event_type.map(checked).transpose()? };
    WebhookEndpoints::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    let page = WebhookDeliveries::new(api.table(), caller.scope).list(id, &filter, &pager.request()).await?;
    let rows = page.items.iter().map(WebhookDeliveryView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

/// One event by its whole name.
fn checked(name: String) -> Result<String, Problem> {
    let refused = |detail: String| Problem::invalid("eventType", "INVALID_VALUE", detail);
    if name == PING {
        return Ok(name);
    }
    if name.contains('*') {
        return Err(refused("name one event".to_owned()));
    }
    let known: Result<EventPattern, _> = name.parse();
    known.map(|_| name).map_err(|error| refused(error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use webhooks::WebhookDeliveryStatus;

    use crate::world::World;

    #[tokio::test]
    async fn deliveries_are_listed_by_state_and_event_newest_first() {
        let world = World::open().await;
        let (id, other) = (world.endpoint().await, world.endpoint().await);
        for hour in 1..=3 {
            world.delivery(&id, ("invoice.paid", hour), WebhookDeliveryStatus::Delivered).await;
        }
        let failed = world.delivery(&id, ("payment.failed", 4), WebhookDeliveryStatus::Failed).await;
        world.delivery(&other, ("invoice.paid", 5), WebhookDeliveryStatus::Failed).await;
        let list = async |query: &str| world.get(&format!("/api/v1/webhook-endpoints/{id}/deliveries{query}")).await;
        let all = list("").await;
        assert_eq!(all.at("/data").as_array().unwrap().len(), 4);
        assert_eq!(all.text("/data/0/id"), failed);
        assert_eq!(all.at("/data/0/body"), json!(null));
        assert_eq!(list("?status=delivered").await.at("/data").as_array().unwrap().len(), 3);
        assert_eq!(list("?status=failed&eventType=payment.failed").await.text("/data/0/id"), failed);
        assert_eq!(list("?eventType=invoice.issued").await.at("/data"), json!([]));
        let page = list("?limit=3").await;
        let rest = list(&format!("?limit=3&cursor={}", page.text("/page/next"))).await;
        assert_eq!((rest.at("/data").as_array().unwrap().len(), rest.at("/page/next")), (1, json!(null)));
        assert_eq!(list("?status=lost").await.status, 422);
        assert!(list("?eventType=invoice.payed").await.text("/errors/0/detail").contains("invoice.paid"));
        assert_eq!(list("?eventType=*").await.text("/errors/0/pointer"), "eventType");
    }

    #[tokio::test]
    async fn nobody_sees_those_of_another_tenant_or_endpoint() {
        let world = World::open().await;
        let (id, other) = (world.endpoint().await, world.endpoint().await);
        let delivery = world.delivery(&id, ("invoice.paid", 1), WebhookDeliveryStatus::Failed).await;
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let of = |endpoint: &str| format!("/api/v1/webhook-endpoints/{endpoint}/deliveries/{delivery}");
        assert_eq!(world.get(&of(&id)).await.text("/data/id"), delivery);
        assert_eq!(world.get(&of(&other)).await.status, 404);
        for path in [of(&id), format!("/api/v1/webhook-endpoints/{id}/deliveries")] {
            assert_eq!(world.client.get(path).bearer(&stranger.token).send().await.status, 404);
        }
        let replay = world.client.post(format!("{}/replay", of(&id)), json!({})).bearer(&stranger.token).send().await;
        assert_eq!((replay.status.as_u16(), world.sent().len()), (404, 0));
    }
}
