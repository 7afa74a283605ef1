//! `POST /api/v1/webhook-endpoints/{id}/disable`: nothing is sent to an endpoint until it is enabled.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read of the endpoint and its health, one transaction of endpoint, audit entry and idempotency row;
//! the last two again for every race that is lost.

use axum::extract::State;
use kernel::WebhookEndpointId;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};
use webhooks::{DisabledReason, WebhookEndpoint};

use crate::{
    WEBHOOK_ENDPOINT_DISABLED, WebhooksWrite,
    endpoints::{
        edit::{Becomes, EndpointEdit, Failures},
        endpoint_view::WebhookEndpointView,
    },
};

/// Disable a webhook endpoint
///
/// Deliveries under way are cancelled when their next attempt is due, and what happens from now on is not kept for it.
#[utoipa::path(
    post, path = "/api/v1/webhook-endpoints/{id}/disable",
    responses((status = 200, body = Envelope<WebhookEndpointView>))
)]
pub async fn disable_webhook_endpoint(
    State(api): State<Api>,
    caller: Caller<WebhooksWrite>,
    edit: Edit,
    Id(id): Id<WebhookEndpointId>,
) -> Result<Reply, Problem> {
    let change = EndpointEdit { api: &api, caller: &caller, edit, action: WEBHOOK_ENDPOINT_DISABLED };
    let decide = |before: &WebhookEndpoint| {
        let after = before.disabled(DisabledReason::ByHand, api.now());
        Ok(after.map_or(Becomes::Same, |after| Becomes::Changed(after, Failures::Kept)))
    };
    change.make(id, decide, |view| Reply::ok(&view)).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn an_endpoint_is_stopped_and_started_and_twice_is_as_once() {
        let world = World::open().await;
        let id = world.endpoint().await;
        let ask = async |what: &str| world.post(&format!("/api/v1/webhook-endpoints/{id}/{what}"), json!({})).await;
        let stopped = ask("disable").await;
        assert_eq!((stopped.at("/data/status"), stopped.header("etag")), (json!("disabled"), "\"2\""));
        assert_eq!(stopped.at("/data/disabledReason"), json!("by_hand"));
        assert_eq!(ask("disable").await.header("etag"), "\"2\"");
        let refused = ask("test").await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "WEBHOOK_ENDPOINT_DISABLED"));
        let started = ask("enable").await;
        assert_eq!((started.at("/data/status"), started.at("/data/disabledAt")), (json!("enabled"), json!(null)));
        assert_eq!(ask("enable").await.header("etag"), "\"3\"");
        let audit = world.stack.everything().await;
        assert_eq!(audit.matches("webhook_endpoint.enabled").count(), 1, "nothing is told that did not happen");
    }
}
