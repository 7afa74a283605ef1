//! A public event: one delivery for each endpoint of its tenant that wants it.
//!
//! The same event to the same endpoint is the same delivery, however often the event comes. Round trips: one query, one
//! transaction of two writes for each endpoint that wants it, all at once, and a call for each ten of their messages. An
//! endpoint whose row cannot be read keeps no other from its delivery: the event then comes again, for that one.

use cloud::{Ctx, Queue};
use events::{Audience, Event};
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use table::{TableError, TenantScope, TransactError, Transaction, agenda::Due};
use webhooks::{
    DELIVERY_DAYS, NewDelivery, WebhookDeliveries, WebhookDelivery, WebhookEndpoint, WebhookEndpoints, body_of,
};

use crate::SenderError;

/// Makes the deliveries of an event, and has them sent.
pub(crate) async fn fan_out(ctx: Ctx, event: Event) -> Result<(), SenderError> {
    let forgotten_at = event.occurred_at.plus(SignedDuration::from_hours(DELIVERY_DAYS * 24));
    if event.audience != Audience::Public || forgotten_at <= ctx.now() {
        // Of an event that is older than that nobody knows any more whether it was delivered.
        tracing::warn!(event.id = %event.id, event.name, "the event is sent to nobody");
        return Ok(());
    }
    let scope = TenantScope::new(event.tenant_id);
    let all = WebhookEndpoints::new(ctx.table(), scope).all().await?;
    let (mut wanting, mut failure) = (Vec::new(), None);
    for endpoint in all {
        match endpoint {
            Ok(endpoint) if endpoint.wants(&event.name, event.occurred_at) => wanting.push(endpoint),
            Ok(_) => {}
            Err(error) => failure = Some(error),
        }
    }
    if wanting.is_empty() {
        return failure.map_or(Ok(()), |error| Err(error.into()));
    }
    let body = body_of(&event)?;
    let stored = join_all(wanting.iter().map(|endpoint| store(&ctx, &event, endpoint, &body))).await;
    let mut messages: Vec<Value> = Vec::new();
    for delivery in stored {
        match delivery {
            Ok(due) => messages.extend(due.map(|due| json!(due))),
            Err(error) => failure = Some(error),
        }
    }
    if !messages.is_empty()
        && let Err(error) = ctx.ports().queues.send(Queue::WebhookDeliveries, &messages).await
    {
        tracing::warn!(%error, event.id = %event.id, "deliveries were not handed over; the agenda makes up for it");
    }
    failure.map_or(Ok(()), |error| Err(error.into()))
}

/// Stores the delivery of an event to an endpoint; the message that has it sent, `None` when it was there already.
async fn store(ctx: &Ctx, event: &Event, endpoint: &WebhookEndpoint, body: &str) -> Result<Option<Due>, TableError> {
    let new = NewDelivery {
        endpoint_id: endpoint.id,
        event_id: event.id,
        event_type: event.name.clone(),
        subject: event.subject.clone(),
        occurred_at: event.occurred_at,
        body: body.to_owned(),
    };
    let delivery = WebhookDelivery::new(new, ctx.now());
    let deliveries = WebhookDeliveries::new(ctx.table(), TenantScope::new(event.tenant_id));
    let mut transaction = Transaction::new();
    deliveries.insert(&mut transaction, &delivery)?;
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(deliveries.due(&delivery)),
        Err(TransactError::Cancelled(_)) => Ok(None),
        Err(TransactError::Table(error)) => Err(error),
    }
}
