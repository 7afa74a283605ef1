//! `GET /api/v1/webhook-endpoints`: the tenant's endpoints, oldest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};
use webhooks::WebhookEndpoints;

use crate::{WebhooksRead, endpoints::endpoint_view::WebhookEndpointView};

/// List webhook endpoints
///
/// All of them, as they are at this moment; never their secrets.
#[utoipa::path(get, path = "/api/v1/webhook-endpoints", responses((status = 200, body = PageOf<WebhookEndpointView>)))]
pub async fn list_webhook_endpoints(
    State(api): State<Api>,
    caller: Caller<WebhooksRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let all = WebhookEndpoints::new(api.table(), caller.scope).all_with_health().await?;
    let view = |(endpoint, health): &(_, _)| WebhookEndpointView::of(endpoint, *health, api.now());
    pager.cut(&api, all.iter().map(view).collect(), |view| view.id.to_string())
}

#[cfg(test)]
mod tests {
    use crate::world::World;

    #[tokio::test]
    async fn a_tenant_sees_its_own_in_pages() {
        let world = World::open().await;
        let made = [world.endpoint().await, world.endpoint().await, world.endpoint().await];
        assert_eq!(world.ids().await, made);
        let first = world.get("/api/v1/webhook-endpoints?limit=2").await;
        let next = first.text("/page/next");
        let second = world.get(&format!("/api/v1/webhook-endpoints?limit=2&cursor={next}")).await;
        assert_eq!((first.text("/data/1/id"), second.text("/data/0/id")), (made[1].clone(), made[2].clone()));
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let seen = world.client.get("/api/v1/webhook-endpoints").bearer(&stranger.token).send().await;
        assert_eq!(seen.at("/data"), serde_json::json!([]));
        let path = format!("/api/v1/webhook-endpoints/{}", made[0]);
        assert_eq!(world.client.get(path).bearer(&stranger.token).send().await.status, 404);
    }
}
