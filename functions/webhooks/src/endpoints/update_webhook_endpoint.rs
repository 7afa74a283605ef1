//! `PATCH /api/v1/webhook-endpoints/{id}`: another address, other events or another description.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read of the endpoint and its health, one transaction of endpoint, health, audit entry and
//! idempotency row; the last two again for every race that is lost.

use axum::extract::State;
use kernel::{Field, WebhookEndpointId};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};
use webhooks::{Description, EventPattern};

use crate::{
    WEBHOOK_ENDPOINT_UPDATED, WebhooksWrite,
    endpoints::{
        edit::{Becomes, EndpointEdit, Failures},
        endpoint_body::{UrlText, checked_events},
        endpoint_view::WebhookEndpointView,
    },
};

/// What changes; what is left out stays, and null takes away.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UpdateWebhookEndpoint {
    /// Where events are sent from now on, those too that are tried again.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = UrlText, required = false)]
    pub url: Option<UrlText>,
    /// All events that are sent: they take the place of those before.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Vec<EventPattern>, required = false, min_items = 1, max_items = 100)]
    pub events: Option<Vec<EventPattern>>,
    /// What it is for.
    #[serde(default)]
    pub description: Field<Description>,
}

/// Update a webhook endpoint
///
/// With another address, failures that were counted are forgotten. The secret stays; a disabled endpoint stays so.
#[utoipa::path(
    patch, path = "/api/v1/webhook-endpoints/{id}", responses((status = 200, body = Envelope<WebhookEndpointView>))
)]
pub async fn update_webhook_endpoint(
    State(api): State<Api>,
    caller: Caller<WebhooksWrite>,
    edit: Edit,
    Id(id): Id<WebhookEndpointId>,
    Json(body): Json<UpdateWebhookEndpoint>,
) -> Result<Reply, Problem> {
    let url = body.url.as_ref().map(|url| url.checked(&api)).transpose()?;
    let events = body.events.map(checked_events).transpose()?;
    let change = EndpointEdit { api: &api, caller: &caller, edit, action: WEBHOOK_ENDPOINT_UPDATED };
    let decide = |before: &webhooks::WebhookEndpoint| {
        let url = url.clone().unwrap_or_else(|| before.url.clone());
        let description = body.description.clone().apply(before.description.clone());
        let after = before.rewritten(url, description, events.clone());
        let failures = if after.url == before.url { Failures::Kept } else { Failures::Forgotten };
        Ok(Becomes::Changed(after, failures))
    };
    change.make(id, decide, |view| Reply::ok(&view)).await
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn what_is_left_out_stays_and_null_takes_away() {
        let world = World::open().await;
        let id = world.endpoint().await;
        let path = format!("/api/v1/webhook-endpoints/{id}");
        let patch = async |body| world.call(Method::PATCH, &path, body).await;
        let first = patch(json!({ "description": "accounting", "events": ["invoice.*"] })).await;
        assert_eq!((first.status.as_u16(), first.header("etag")), (200, "\"2\""), "{}", first.snapshot());
        let second = patch(json!({ "url": "https://other.example.com:8443/x" })).await;
        assert_eq!(second.at("/data/description"), json!("accounting"));
        assert_eq!(second.at("/data/events"), json!(["invoice.*"]));
        assert_eq!(second.at("/data/url"), json!("https://other.example.com:8443/x"));
        assert_eq!(patch(json!({ "description": null })).await.at("/data/description"), json!(null));
        assert_eq!(patch(json!({ "url": "https://10.0.0.1/" })).await.text("/errors/0/pointer"), "/url");
        assert_eq!(patch(json!({ "events": [] })).await.text("/errors/0/pointer"), "/events");
        assert_eq!(patch(json!({ "status": "disabled" })).await.status, 400);
    }

    #[tokio::test]
    async fn whoever_saw_an_older_version_is_told() {
        let world = World::open().await;
        let id = world.endpoint().await;
        let path = format!("/api/v1/webhook-endpoints/{id}");
        let patch = |seen: &'static str| {
            let call = world.client.call(Method::PATCH, &path).json(json!({ "events": ["*"] }));
            call.bearer(&world.owner.token).header("if-match", seen).send()
        };
        assert_eq!(patch("\"1\"").await.status, 200);
        assert_eq!(patch("\"1\"").await.status, 412);
        assert_eq!(patch("\"2\"").await.status, 200);
    }
}
