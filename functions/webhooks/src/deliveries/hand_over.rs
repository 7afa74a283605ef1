//! Has a delivery sent now, rather than when the agenda is next looked at.

use cloud::Queue;
use serde_json::{Value, json};
use table::agenda::Due;
use web::Api;

/// Queues messages for deliveries that are committed. Where that fails, the agenda makes up for it within a minute.
pub(crate) async fn hand_over(api: &Api, due: impl IntoIterator<Item = Due>) {
    let messages: Vec<Value> = due.into_iter().map(|due| json!(due)).collect();
    if messages.is_empty() {
        return;
    }
    if let Err(error) = api.ports().queues.send(Queue::WebhookDeliveries, &messages).await {
        tracing::warn!(%error, "deliveries were not handed over; the agenda makes up for it");
    }
}
