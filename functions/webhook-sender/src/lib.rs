//! Sends events to tenants' own systems.
//!
//! The bus brings every public event, which becomes a delivery for each endpoint that wants it ([`fan_out`]). The queue of
//! deliveries, which the agenda fills too, has one attempt made with each message ([`send_delivery`]). What is called is somebody
//! else's address: [`courier`] calls only the public internet. A tenant that is suspended or cancelled may read what it has, and so
//! is told of it too; a deleted endpoint gets nothing more.

mod courier;
mod fan_out;
mod retry_after;
mod send_delivery;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use cloud::{Ctx, Function, event};
use courier::Courier;
use events::Consumer;
use fan_out::fan_out;
use send_delivery::send_delivery;
use table::{TableError, agenda::DueKind};
use webhooks::LocalHosts;

/// Why the work was not done; its message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SenderError {
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// An event does not serialise.
    #[error("an event cannot be written: {0}")]
    Body(#[from] serde_json::Error),
    /// Others were faster every time.
    #[error("the endpoint kept changing")]
    Outrun,
    /// The message is for another worker.
    #[error("{0} is no webhook")]
    Elsewhere(&'static str),
}

/// What is done with which events: all public ones become deliveries.
pub fn consumer() -> Consumer<Ctx> {
    Consumer::default().on_public(fan_out)
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let local = LocalHosts::new(ctx.config().webhook_hosts.clone());
    sending_by(ctx, Arc::new(Courier::new(local)))
}

/// The function, with whoever calls receivers.
fn sending_by(ctx: Ctx, courier: Arc<Courier>) -> Function {
    event::work(ctx, consumer(), move |ctx, due| {
        let courier = Arc::clone(&courier);
        async move {
            if due.kind == DueKind::WebhookDelivery {
                send_delivery(ctx, courier, due).await
            } else {
                Err(SenderError::Elsewhere(due.kind.as_str()))
            }
        }
    })
}
