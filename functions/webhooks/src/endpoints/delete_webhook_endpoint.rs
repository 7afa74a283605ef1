//! `DELETE /api/v1/webhook-endpoints/{id}`: nothing is sent to it any more.
//!
//! Deliveries under way end with their next attempt, which finds no endpoint. Round trips: one rate-limit write beside one read
//! of the caller's standing (none when known), one read of the idempotency key if there is one, one read of the endpoint, one of
//! the roster, one transaction of endpoint, health, roster, audit entry and idempotency row; the last three again for every race
//! that is lost.

use axum::extract::State;
use kernel::WebhookEndpointId;
use serde::Serialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};
use webhooks::WebhookEndpoints;

use crate::{WEBHOOK_ENDPOINT_DELETED, WebhooksWrite};

/// An endpoint that is gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookEndpointDeleted {
    pub id: WebhookEndpointId,
    /// Always true.
    #[schema(example = true)]
    pub deleted: bool,
}

/// Delete a webhook endpoint
///
/// What was on its way is not sent any more, and its deliveries can no longer be looked at. Also while the organisation is
/// suspended.
#[utoipa::path(
    delete, path = "/api/v1/webhook-endpoints/{id}", responses((status = 200, body = Envelope<WebhookEndpointDeleted>))
)]
pub async fn delete_webhook_endpoint(
    State(api): State<Api>,
    caller: Caller<WebhooksWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<WebhookEndpointId>,
) -> Result<Reply, Problem> {
    let endpoints = WebhookEndpoints::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let endpoint = endpoints.get(id).await?.ok_or_else(Problem::not_found)?;
        if_match.check(endpoint.version)?;
        let roster = endpoints.roster().await?.without(id);
        let mut transaction = Transaction::new();
        endpoints.delete(&mut transaction, &endpoint);
        endpoints.save_roster(&mut transaction, &roster)?;
        let entry = caller.entry(&api, &info, WEBHOOK_ENDPOINT_DELETED).about(id);
        entry.insert(&mut transaction, caller.scope)?;
        let reply = Reply::ok(&WebhookEndpointDeleted { id, deleted: true })?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn what_is_deleted_is_gone_and_makes_room() {
        let world = World::open().await;
        let (id, other) = (world.endpoint().await, world.endpoint().await);
        let path = format!("/api/v1/webhook-endpoints/{id}");
        let delete = || world.client.call(Method::DELETE, &path).bearer(&world.owner.token).send();
        assert_eq!(delete().await.at("/data"), json!({ "id": id, "deleted": true }));
        assert_eq!(
            (delete().await.status, world.get(&path).await.status),
            (404.try_into().unwrap(), 404.try_into().unwrap())
        );
        assert_eq!(world.ids().await, [other]);
        for _ in 0..19 {
            world.endpoint().await;
        }
        assert!(!world.stack.everything().await.contains(&format!("ENDPOINT#{id}")));
    }
}
