//! `POST /api/v1/webhook-endpoints/{id}/rotate-secret`: another secret, beside the former one for a day.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read of the endpoint and its health, one transaction of endpoint, audit entry and idempotency row;
//! the last two again for every race that is lost.

use axum::extract::State;
use kernel::WebhookEndpointId;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};
use webhooks::{WebhookEndpoint, WebhookSecret};

use crate::{
    WEBHOOK_SECRET_ROTATED, WebhooksWrite,
    endpoints::{
        edit::{Becomes, EndpointEdit, Failures},
        endpoint_view::WebhookEndpointWithSecret,
    },
};

/// Rotate a webhook secret
///
/// For 24 hours every message is signed with the new secret and the former one, so that receivers can change over at any
/// time. The new one is shown here alone; it is kept, sealed and for 24 hours, under an `Idempotency-Key` that you send.
#[utoipa::path(
    post, path = "/api/v1/webhook-endpoints/{id}/rotate-secret",
    responses((status = 200, body = Envelope<WebhookEndpointWithSecret>))
)]
pub async fn rotate_webhook_secret(
    State(api): State<Api>,
    caller: Caller<WebhooksWrite>,
    edit: Edit,
    Id(id): Id<WebhookEndpointId>,
) -> Result<Reply, Problem> {
    let (secret, now) = (WebhookSecret::new(api.random()), api.now());
    let change = EndpointEdit { api: &api, caller: &caller, edit, action: WEBHOOK_SECRET_ROTATED };
    let decide = |before: &WebhookEndpoint| Ok(Becomes::Changed(before.rotated(secret.clone(), now), Failures::Kept));
    let answer = change.make(id, decide, |endpoint| {
        Reply::ok(&WebhookEndpointWithSecret { endpoint, secret: secret.expose().to_owned() })
    });
    answer.await
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use webhooks::{WebhookEndpoints, WebhookSecret};

    use crate::world::{URL, World};

    #[tokio::test]
    async fn the_former_secret_signs_for_another_day() {
        let world = World::open().await;
        let made = world.post("/api/v1/webhook-endpoints", json!({ "url": URL, "events": ["*"] })).await;
        let (id, first) = (made.text("/data/endpoint/id"), made.text("/data/secret"));
        let path = format!("/api/v1/webhook-endpoints/{id}/rotate-secret");
        let rotate = || world.client.post(&path, json!({})).bearer(&world.owner.token).idempotency_key("r1").send();
        let rotated = rotate().await;
        let second = rotated.text("/data/secret");
        assert_ne!(first, second);
        assert_eq!(rotated.at("/data/endpoint/formerSecretUntil"), json!("2026-11-22T01:00:00.000Z"));
        assert_eq!(rotate().await.text("/data/secret"), second, "a repetition makes no third one");
        let endpoints = WebhookEndpoints::new(world.stack.ctx().table(), world.owner.scope);
        let endpoint = endpoints.get(id.parse().unwrap()).await.unwrap().unwrap();
        let used: Vec<&str> = endpoint.secrets(world.stack.ctx().now()).map(WebhookSecret::expose).collect();
        assert_eq!(used, [second.as_str(), first.as_str()]);
        world.stack.set_clock("2026-11-22T01:00:00Z");
        assert_eq!(endpoint.secrets(world.stack.ctx().now()).count(), 1);
        let stored = world.stack.everything().await;
        assert!(!stored.contains(&first[6..40]) && !stored.contains(&second[6..40]));
    }
}
