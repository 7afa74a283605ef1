//! `POST /api/v1/webhook-endpoints`: events of the tenant are sent to an address of its own.
//!
//! The address is checked here as far as its text tells, and with what its name resolves to whenever something is sent. Round
//! trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key, one
//! read of the roster, one transaction of endpoint, roster, audit entry and idempotency row; the last two again for every race
//! that is lost.

use axum::extract::State;
use kernel::WebhookEndpointId;
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};
use webhooks::{
    Description, EndpointHealth, EventPattern, NewEndpoint, WebhookEndpoint, WebhookEndpoints, WebhookSecret,
};

use crate::{
    WEBHOOK_ENDPOINT_CREATED, WebhooksWrite,
    endpoints::{
        endpoint_body::{UrlText, checked_events},
        endpoint_view::{WebhookEndpointView, WebhookEndpointWithSecret},
    },
};

/// A new endpoint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateWebhookEndpoint {
    pub url: UrlText,
    /// Which events are sent: by name, all of a subject (`invoice.*`), or all (`*`).
    #[schema(min_items = 1, max_items = 100)]
    pub events: Vec<EventPattern>,
    /// What it is for.
    pub description: Option<Description>,
}

/// Create a webhook endpoint
///
/// Events that happen from now on are sent there, each at least once and in no order, signed as Standard Webhooks 1.0 says.
/// The secret in the answer is shown here alone; it is kept, sealed and for 24 hours, under the `Idempotency-Key` too. A tenant
/// has at most 20 endpoints.
#[utoipa::path(
    post, path = "/api/v1/webhook-endpoints",
    responses(
        (status = 201, body = Envelope<WebhookEndpointWithSecret>),
        (status = 409, description = "WEBHOOK_ENDPOINT_LIMIT")
    )
)]
pub async fn create_webhook_endpoint(
    State(api): State<Api>,
    caller: Caller<WebhooksWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateWebhookEndpoint>,
) -> Result<Reply, Problem> {
    let (secret, now) = (WebhookSecret::new(api.random()), api.now());
    let new = NewEndpoint {
        id: WebhookEndpointId::new(api.new_ulid()),
        url: body.url.checked(&api)?,
        description: body.description,
        events: checked_events(body.events)?,
        secret: secret.clone(),
    };
    let endpoint = WebhookEndpoint::new(new, now);
    let view = WebhookEndpointView::of(&endpoint, EndpointHealth::default(), now);
    let made = WebhookEndpointWithSecret { endpoint: view, secret: secret.expose().to_owned() };
    let reply = Reply::created(&made)?.version(endpoint.version);
    let endpoints = WebhookEndpoints::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let roster = endpoints.roster().await?.with(endpoint.id)?;
        let mut transaction = Transaction::new();
        endpoints.insert(&mut transaction, &endpoint)?;
        endpoints.save_roster(&mut transaction, &roster)?;
        let entry = caller.entry(&api, &info, WEBHOOK_ENDPOINT_CREATED).about(endpoint.id);
        entry.insert(&mut transaction, caller.scope)?;
        Ok(key.try_commit(&api, transaction, reply.clone()).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use serde_json::json;
    use testkit::Fault;

    use crate::world::{URL, World};

    #[tokio::test]
    async fn the_secret_is_shown_once_and_stored_nowhere_in_clear() {
        let world = World::open().await;
        let body = json!({ "url": URL, "events": ["payment.*", "invoice.paid"], "description": "accounting" });
        let made = world.post("/api/v1/webhook-endpoints", body).await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        let secret = made.text("/data/secret");
        assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
        assert_eq!(made.at("/data/endpoint/events"), json!(["invoice.paid", "payment.*"]));
        assert_eq!((made.at("/data/endpoint/status"), made.header("etag")), (json!("enabled"), "\"1\""));
        let id = made.text("/data/endpoint/id");
        let shown = world.get(&format!("/api/v1/webhook-endpoints/{id}")).await;
        assert_eq!(shown.at("/data"), made.at("/data/endpoint"));
        assert!(!String::from_utf8_lossy(&shown.body).contains("whsec_"));
        let stored = world.stack.everything().await;
        assert!(
            !stored.contains(&secret[6..40]) && !stored.contains("hooks.example.com"),
            "sealed, and so is the address"
        );
    }

    #[tokio::test]
    async fn bad_wishes_say_where() {
        let world = World::open().await;
        for (body, status, pointer) in [
            (json!({ "url": "http://hooks.example.com/", "events": ["*"] }), 422, "/url"),
            (json!({ "url": "https://127.0.0.1/", "events": ["*"] }), 422, "/url"),
            (json!({ "url": "https://2130706433/", "events": ["*"] }), 422, "/url"),
            (json!({ "url": "https://user@hooks.example.com/", "events": ["*"] }), 422, "/url"),
            (json!({ "url": "https://hooks.example.com:22/", "events": ["*"] }), 422, "/url"),
            (json!({ "url": "https://hooks.example.com/\r\nX: y", "events": ["*"] }), 422, "/url"),
            (json!({ "url": URL, "events": [] }), 422, "/events"),
            (json!({ "url": URL, "events": ["invoice.payed"] }), 422, "/events/0"),
            (json!({ "url": URL, "events": ["*", "user.password_reset_requested"] }), 422, "/events/1"),
            (json!({ "url": URL, "events": vec!["*"; 101] }), 422, "/events"),
            (json!({ "url": URL, "events": ["*"], "description": "two\nlines" }), 422, "/description"),
            (json!({ "url": URL, "events": ["*"], "secret": "mine" }), 400, "/secret"),
        ] {
            let answer = world.post("/api/v1/webhook-endpoints", body.clone()).await;
            let at = (answer.status.as_u16(), answer.text("/errors/0/pointer"));
            assert_eq!(at, (status, pointer.to_owned()), "{body} {}", answer.snapshot());
        }
        let slip = world.post("/api/v1/webhook-endpoints", json!({ "url": URL, "events": ["invoice.payed"] })).await;
        assert!(slip.text("/errors/0/detail").contains("did you mean invoice.paid?"), "{}", slip.snapshot());
    }

    #[tokio::test]
    async fn twenty_endpoints_are_enough_also_at_once() {
        let world = World::open().await;
        for _ in 0..18 {
            world.endpoint().await;
        }
        let answers =
            join_all((0..4).map(|_| world.post("/api/v1/webhook-endpoints", json!({ "url": URL, "events": ["*"] }))))
                .await;
        let count = |code: &str| answers.iter().filter(|answer| answer.text("/code") == code).count();
        assert_eq!((count(""), count("WEBHOOK_ENDPOINT_LIMIT")), (2, 2));
        assert_eq!(world.ids().await.len(), 20);
    }

    #[tokio::test]
    async fn a_crash_leaves_a_whole_endpoint_or_none_and_a_repetition_the_same() {
        let body = || json!({ "url": URL, "events": ["*"] });
        let calls = {
            let world = World::open().await;
            let (client, table) = world.breaking(None);
            world.send(&client, body()).await;
            table.calls()
        };
        assert!(calls >= 3, "{calls}");
        for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
            let world = World::open().await;
            let (client, _) = world.breaking(Some(fault));
            let first = world.send(&client, body()).await;
            assert!([201, 503].contains(&first.status.as_u16()), "{fault:?} {}", first.snapshot());
            let again = world.send(&client, body()).await;
            assert_eq!(again.status, 201, "{fault:?} {}", again.snapshot());
            assert_eq!(world.ids().await, [again.text("/data/endpoint/id")], "{fault:?}");
        }
    }
}
