//! The event bus: where committed events go out to their consumers.

use async_trait::async_trait;
use serde_json::{Value, json};
use table::outbox::Event;

use crate::{PortError, ports::signed::SignedCaller};

/// Publishes events, each at least once.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Publishes up to ten events; answers for each whether it was taken, in order.
    async fn publish(&self, events: &[Event]) -> Result<Vec<Published>, PortError>;
}

/// Whether the bus took one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// It will be delivered.
    Yes,
    /// It must be published again.
    No,
}

/// AWS EventBridge.
#[derive(Clone, Debug)]
pub struct EventBridge {
    caller: SignedCaller,
    bus: Option<String>,
}

/// The `source` of every event of ours.
const SOURCE: &str = "ruko";

impl EventBridge {
    pub(crate) const fn new(caller: SignedCaller, bus: Option<String>) -> Self {
        Self { caller, bus }
    }
}

#[async_trait]
impl Bus for EventBridge {
    async fn publish(&self, events: &[Event]) -> Result<Vec<Published>, PortError> {
        let bus = self.bus.as_deref().ok_or_else(|| PortError::unset("events", "RUKO_BUS"))?;
        let entries: Vec<Value> = events
            .iter()
            .map(|event| {
                json!({
                    "EventBusName": bus,
                    "Source": SOURCE,
                    "DetailType": event.name,
                    "Detail": json!(event).to_string(),
                    "Time": event.occurred_at.as_seconds(),
                })
            })
            .collect();
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "AWSEvents.PutEvents")];
        let answer = self.caller.post("/", &headers, &json!({ "Entries": entries })).await?;
        let results = answer.get("Entries").and_then(Value::as_array).cloned().unwrap_or_default();
        if results.len() != events.len() {
            return Err(PortError::unavailable("events", "the answer does not match the request"));
        }
        let taken = |result: &Value| result.get("EventId").is_some_and(Value::is_string);
        Ok(results.iter().map(|result| if taken(result) { Published::Yes } else { Published::No }).collect())
    }
}
