//! A message of the queue: one channel of one notification.

use std::time::Duration;

use cloud::{Ctx, EventError, Queue, event::ComeAgain};
use messaging::{ATTEMPTS, CLAIM, Deliveries, Dispatch, Notifications, Outcome, SendClaim};
use table::TenantScope;
use tenancy::Tenants;

use crate::office::Office;

/// Claims the channel, sends, and notes what came of it. `receives` counts how often the queue gave the message out.
pub(crate) async fn deliver(ctx: Ctx, dispatch: Dispatch, receives: u32) -> Result<(), EventError> {
    let Dispatch { tenant_id, notification_id, channel } = dispatch;
    let scope = TenantScope::new(tenant_id);
    let (notifications, tenants) = (Notifications::new(ctx.table(), scope), Tenants::new(ctx.table()));
    let (notification, tenant) = tokio::join!(notifications.get(notification_id), tenants.get(tenant_id));
    let (Some(notification), Some(tenant)) = (notification?, tenant?) else {
        tracing::warn!(notification.id = %notification_id, tenant.id = %tenant_id, "a notification or its tenant is gone");
        return Ok(());
    };
    if ctx.now() >= notification.expires_at {
        // Whether it was sent may be forgotten by now.
        tracing::warn!(notification.id = %notification_id, "a notification is too old to be sent");
        return Ok(());
    }
    let come_again = |after, reason: &str| {
        let queue = Queue::Messages(notification.priority);
        Err(ComeAgain { queue, after, reason: reason.to_owned() }.into())
    };
    let (deliveries, place) = (Deliveries::new(ctx.table(), scope), (notification_id, channel));
    let attempt = match deliveries.claim(place, receives, ctx.now()).await? {
        SendClaim::Done => return Ok(()),
        SendClaim::Theirs => return come_again(CLAIM, "another delivery is at it"),
        SendClaim::Spent => return come_again(Duration::ZERO, "it was tried often enough"),
        SendClaim::Yours { attempt } => attempt,
    };
    let outcome = Office::new(&ctx, &tenant).send(&notification, channel).await;
    deliveries.settle(place, &outcome, ctx.now()).await?;
    if let Outcome::Never { reason } = &outcome {
        tracing::info!(notification.id = %notification_id, reason, "a message is not sent");
    }
    let Some(pause) = outcome.pause(attempt) else { return Ok(()) };
    if attempt >= ATTEMPTS {
        tracing::error!(notification.id = %notification_id, ?channel, "a message was tried for the last time");
    }
    match outcome {
        Outcome::Later { reason, .. } => come_again(pause, &reason),
        Outcome::Unknown | Outcome::Sent { .. } | Outcome::Never { .. } => {
            come_again(pause, "it may have left: the channel did not say")
        }
    }
}
