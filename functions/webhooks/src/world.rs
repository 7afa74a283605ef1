//! A tenant and its webhook endpoints.

use std::sync::Arc;

use kernel::{EventId, Timestamp};
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Answer, Client, Fault, FaultyTable, Member, Stack};
use webhooks::{NewDelivery, WebhookDeliveries, WebhookDelivery, WebhookDeliveryStatus};

/// The address of every endpoint that is made here.
pub(crate) const URL: &str = "https://hooks.example.com/ruko";

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) owner: Member,
    pub(crate) client: Client,
}

impl World {
    pub(crate) async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = Client::new(crate::function(stack.loose()));
        Self { stack, owner, client }
    }

    /// A client over a table that breaks.
    pub(crate) fn breaking(&self, fault: Option<Fault>) -> (Client, Arc<FaultyTable>) {
        let (ctx, table) = self.stack.breaking(fault);
        (Client::new(crate::function(ctx)), table)
    }

    /// The owner makes an endpoint, with the same key each time.
    pub(crate) async fn send(&self, client: &Client, body: Value) -> Answer {
        let call = client.post("/api/v1/webhook-endpoints", body).bearer(&self.owner.token);
        call.idempotency_key("once").send().await
    }

    pub(crate) async fn call(&self, method: http::Method, path: &str, body: Value) -> Answer {
        self.client.call(method, path).json(body).bearer(&self.owner.token).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        let key = format!("k{}", self.stack.ctx().new_ulid());
        self.client.post(path, body).bearer(&self.owner.token).idempotency_key(&key).send().await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.client.get(path).bearer(&self.owner.token).send().await
    }

    /// The id of a new endpoint that wants everything.
    pub(crate) async fn endpoint(&self) -> String {
        let made = self.post("/api/v1/webhook-endpoints", json!({ "url": URL, "events": ["*"] })).await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        made.text("/data/endpoint/id")
    }

    /// All endpoints, in their order.
    pub(crate) async fn ids(&self) -> Vec<String> {
        let answer = self.get("/api/v1/webhook-endpoints?limit=100").await;
        let rows = answer.at("/data").as_array().cloned().unwrap_or_default();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }

    /// A delivery of an event that happened so many minutes after one o'clock yesterday, as it stands; its id.
    pub(crate) async fn delivery(
        &self,
        endpoint: &str,
        (event, minutes): (&str, u32),
        status: WebhookDeliveryStatus,
    ) -> String {
        let day: Timestamp = "2026-11-20T01:00:00.000Z".parse().unwrap();
        let occurred_at = Timestamp::from_millis(day.as_millis() + i64::from(minutes) * 60_000).unwrap();
        let new = NewDelivery {
            endpoint_id: endpoint.parse().unwrap(),
            event_id: EventId::new(self.stack.ctx().new_ulid()),
            event_type: event.to_owned(),
            subject: "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(),
            occurred_at,
            body: "{}".to_owned(),
        };
        let mut delivery = WebhookDelivery::new(new, occurred_at);
        delivery.status = status;
        if status != WebhookDeliveryStatus::Pending {
            delivery.next_attempt_at = None;
        }
        let table = self.stack.ctx().table();
        let mut transaction = Transaction::new();
        WebhookDeliveries::new(table, self.owner.scope).insert(&mut transaction, &delivery).unwrap();
        table.transact(transaction).await.unwrap();
        delivery.id.to_string()
    }

    /// What was handed over to the sender.
    pub(crate) fn sent(&self) -> Vec<Value> {
        self.stack.work.to(cloud::Queue::WebhookDeliveries)
    }
}
