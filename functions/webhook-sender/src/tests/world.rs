//! A tenant with webhook endpoints, a receiver, and the function between them.

use std::{sync::Arc, time::Duration};

use cloud::{Ctx, Function, Queue};
use kernel::{EventId, Timestamp, WebhookDeliveryId, WebhookEndpointId};
use serde_json::{Value, json};
use table::{Key, Query, TenantScope, Transaction};
use testkit::Stack;
use webhooks::{
    EndpointHealth, EventPattern, LocalHosts, NewEndpoint, WebhookDeliveries, WebhookDelivery, WebhookEndpoint,
    WebhookEndpoints, WebhookSecret, WebhookUrl,
    guard::{Lookup, SystemLookup},
};

use super::receiver::Receiver;
use crate::courier::Courier;

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) scope: TenantScope,
    pub(crate) receiver: Receiver,
    pub(crate) courier: Arc<Courier>,
}

impl World {
    pub(crate) async fn open() -> Self {
        Self::with(Arc::new(SystemLookup)).await
    }

    /// Names are resolved by `lookup`.
    pub(crate) async fn with(lookup: Arc<dyn Lookup>) -> Self {
        let (stack, receiver) = (Stack::start().await, Receiver::start().await);
        let (tenant, _) = stack.tenant("toko-a").await;
        let local = LocalHosts::new(vec![receiver.host()]);
        let courier = Arc::new(Courier::with(local, lookup, Duration::from_millis(1500)));
        Self { stack, scope: TenantScope::new(tenant.id), receiver, courier }
    }

    pub(crate) fn table(&self) -> &dyn table::Table {
        self.stack.ctx().table()
    }

    /// An endpoint at the receiver.
    pub(crate) async fn endpoint(&self, events: &[&str]) -> WebhookEndpoint {
        self.endpoint_at(&format!("http://{}/hook?t=1", self.receiver.host()), events).await
    }

    pub(crate) async fn endpoint_at(&self, url: &str, events: &[&str]) -> WebhookEndpoint {
        let new = NewEndpoint {
            id: WebhookEndpointId::new(self.stack.ctx().new_ulid()),
            url: self.url(url),
            description: None,
            events: events.iter().map(|name| name.parse::<EventPattern>().unwrap()).collect(),
            secret: WebhookSecret::new([7; 32]),
        };
        let endpoint = WebhookEndpoint::new(new, self.stack.ctx().now());
        self.write(|transaction| {
            self.endpoints().insert(transaction, &endpoint).unwrap();
        })
        .await;
        endpoint
    }

    pub(crate) fn url(&self, url: &str) -> WebhookUrl {
        WebhookUrl::parse(url, &LocalHosts::new(vec![self.receiver.host()])).unwrap()
    }

    pub(crate) async fn write<T>(&self, fill: impl FnOnce(&mut Transaction) -> T) {
        let mut transaction = Transaction::new();
        let _places = fill(&mut transaction);
        self.table().transact(transaction).await.unwrap();
    }

    pub(crate) fn endpoints(&self) -> WebhookEndpoints<'_> {
        WebhookEndpoints::new(self.table(), self.scope)
    }

    pub(crate) async fn endpoint_now(&self, endpoint: &WebhookEndpoint) -> (WebhookEndpoint, EndpointHealth) {
        self.endpoints().get_with_health(endpoint.id).await.unwrap().unwrap()
    }

    /// A new event of this name, as the bus hands it over.
    pub(crate) fn event(&self, name: &str) -> Value {
        let id = EventId::new(self.stack.ctx().new_ulid());
        json!({
            "id": id, "type": name, "version": 1, "tenantId": self.scope.tenant(), "occurredAt": self.stack.ctx().now(),
            "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "subject": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "subjectVersion": 3,
            "audience": "public", "data": { "number": "INV-1" },
        })
    }

    /// Hands an event over; whether it was taken.
    pub(crate) async fn tell(&self, event: &Value) -> bool {
        self.tell_to(self.stack.ctx(), event).await
    }

    pub(crate) async fn tell_to(&self, ctx: &Ctx, event: &Value) -> bool {
        self.wake(ctx, &json!({ "source": "ruko", "detail": event })).await
    }

    /// Hands a message of the queue over; whether it was taken.
    pub(crate) async fn wake(&self, ctx: &Ctx, message: &Value) -> bool {
        wake(ctx, &self.courier, message).await
    }

    /// An event happens and is handed over; its delivery to an endpoint, before the first attempt.
    pub(crate) async fn happens(&self, name: &str, endpoint: &WebhookEndpoint) -> WebhookDelivery {
        assert!(self.tell(&self.event(name)).await);
        self.deliveries_to(endpoint).await.into_iter().next().unwrap()
    }

    /// The deliveries to an endpoint, newest first.
    pub(crate) async fn deliveries_to(&self, endpoint: &WebhookEndpoint) -> Vec<WebhookDelivery> {
        let query = Query::gsi1(self.scope.partition(format_args!("WHD#{}", endpoint.id))).descending();
        table::pages::all(self.table(), query).await.unwrap()
    }

    pub(crate) async fn delivery(&self, id: WebhookDeliveryId) -> Option<WebhookDelivery> {
        WebhookDeliveries::new(self.table(), self.scope).get(id).await.unwrap()
    }

    /// Sets the clock to when a delivery is due and hands its message over; the delivery afterwards.
    pub(crate) async fn attempt(&self, delivery: &WebhookDelivery) -> WebhookDelivery {
        self.stack.clock.set(delivery.next_attempt_at.unwrap());
        assert!(self.wake(self.stack.ctx(), &self.due(delivery)).await);
        self.delivery(delivery.id).await.unwrap()
    }

    /// The message that the agenda sends.
    pub(crate) fn due(&self, delivery: &WebhookDelivery) -> Value {
        json!({
            "tenantId": self.scope.tenant(), "kind": "webhook_delivery", "id": delivery.id, "at": delivery.next_attempt_at,
        })
    }

    /// When the agenda has a delivery's next attempt.
    pub(crate) async fn on_agenda(&self, delivery: &WebhookDelivery) -> Option<Timestamp> {
        let key: Key = self.scope.key(format_args!("DUE#webhook_delivery#{}", delivery.id), "DUE");
        let row = self.table().get(&key).await.unwrap()?;
        Some(row["at"].as_str().unwrap().parse().unwrap())
    }

    /// What was put into the queue of deliveries.
    pub(crate) fn queued(&self) -> Vec<Value> {
        self.stack.work.to(Queue::WebhookDeliveries)
    }

    /// The events of the outbox of this type.
    pub(crate) async fn told_of(&self, name: &str) -> Vec<Value> {
        let rows = self.stack.rows().await;
        rows.into_iter()
            .filter(|row| row["SK"].as_str().is_some_and(|sort| sort.starts_with("OUT#")) && row["type"] == name)
            .collect()
    }
}

/// Hands a message of the queue over; whether it was taken.
pub(crate) async fn wake(ctx: &Ctx, courier: &Arc<Courier>, message: &Value) -> bool {
    let Function::Event(handle) = crate::sending_by(ctx.clone(), Arc::clone(courier)) else {
        panic!("not woken by events")
    };
    let record = json!({ "messageId": "1", "body": message.to_string(), "attributes": {}, "messageAttributes": {} });
    handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"] == json!([])
}
