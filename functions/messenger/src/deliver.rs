//! A message of the queue: one channel of one notification.

use std::time::Duration;

use cloud::{Ctx, EventError, Queue, event::ComeAgain};
use jiff::SignedDuration;
use kernel::Timestamp;
use messaging::{
    ATTEMPTS, CLAIM, Deliveries, Dispatch, Notifications, Outcome, Reports, Resent, SendClaim, push::TokenCache, spread,
};
use serde_json::json;
use table::TenantScope;
use tenancy::Tenants;

use crate::{dispatch::send, kept_back::kept_back, office::Office};

/// Claims the channel, sends, and notes what came of it. `receives` counts how often the queue gave the message out.
pub(crate) async fn deliver(
    ctx: Ctx,
    dispatch: Dispatch,
    receives: u32,
    tokens: &TokenCache,
) -> Result<(), EventError> {
    let Dispatch { tenant_id, notification_id, channel, resent } = dispatch;
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
    let queue = Queue::Messages(notification.priority);
    if let Some(resent) = resent.filter(|resent| ctx.now() < resent.due) {
        return send_anew(&ctx, queue, dispatch, resent).await;
    }
    let come_again = |after, reason: &str| {
        let after = spread(after, notification_id);
        Err(ComeAgain { queue, after, reason: reason.to_owned() }.into())
    };
    let deliveries = Deliveries::new(ctx.table(), scope);
    if let Some(why) = kept_back(&tenant, &notification) {
        return Ok(deliveries.refuse(notification_id, channel, why, ctx.now()).await?);
    }
    let reports = Reports::new(ctx.table(), scope);
    let (claim, report) =
        tokio::join!(claim(&deliveries, dispatch, receives, ctx.now()), reports.get(notification_id, channel));
    let attempt = match claim? {
        SendClaim::Done => return Ok(()),
        SendClaim::Theirs => return come_again(CLAIM, "another delivery is at it"),
        SendClaim::Spent => return come_again(Duration::ZERO, "it was tried often enough"),
        SendClaim::Yours { attempt } => attempt,
    };
    // The carrier may have told meanwhile what it did not say when it was asked.
    if let Some(report) = report?.filter(|report| report.status.has_left()) {
        let left = Outcome::Sent { id: report.message_id };
        return Ok(deliveries.settle(notification_id, channel, &left, ctx.now()).await?);
    }
    let outcome = send(&Office::new(&ctx, &tenant, tokens), &notification, channel).await;
    let since = resent.map_or(ctx.now(), |resent| resent.since);
    let outcome = outcome.throttled_since(since, ctx.now());
    deliveries.settle(notification_id, channel, &outcome, ctx.now()).await?;
    if let Outcome::Never { reason } = &outcome {
        tracing::info!(notification.id = %notification_id, reason, "a message is not sent");
    }
    if let Outcome::Throttled { after, reason } = &outcome {
        tracing::warn!(notification.id = %notification_id, ?channel, reason, "a channel takes no more messages");
        let elapsed = Duration::try_from(ctx.now().since(since)).unwrap_or_default();
        let wait = spread(Outcome::throttled_pause(*after, elapsed), notification_id);
        let due = ctx.now().plus(SignedDuration::try_from(wait).unwrap_or(SignedDuration::ZERO));
        return send_anew(&ctx, queue, dispatch, Resent { since, due }).await;
    }
    let Some(pause) = outcome.pause(attempt) else { return Ok(()) };
    if attempt >= ATTEMPTS {
        tracing::error!(notification.id = %notification_id, ?channel, "a message was tried for the last time");
    }
    match outcome {
        Outcome::Later { reason, .. } => come_again(pause, &reason),
        Outcome::Unknown | Outcome::Sent { .. } | Outcome::Never { .. } | Outcome::Throttled { .. } => {
            come_again(pause, "it may have left: the channel did not say")
        }
    }
}

/// A message that was sent anew is given out for the first time once more and has the attempts that it had left. It was
/// sent with one left: one that has none has been in the dead-letter queue, and has all of them before it.
async fn claim(
    deliveries: &Deliveries<'_>,
    dispatch: Dispatch,
    receives: u32,
    now: Timestamp,
) -> Result<SendClaim, EventError> {
    let Dispatch { notification_id, channel, .. } = dispatch;
    let before = u32::from(dispatch.resent.is_some());
    let claim = deliveries.claim(notification_id, channel, receives.saturating_add(before), now).await?;
    if claim == SendClaim::Spent && receives <= 1 {
        return Ok(deliveries.claim(notification_id, channel, receives, now).await?);
    }
    Ok(claim)
}

/// Puts a message into its queue anew, so that how often it was received does not count against it: a queue gives up a
/// message that it gave out five times. When that fails, the message itself comes again.
async fn send_anew(ctx: &Ctx, queue: Queue, dispatch: Dispatch, resent: Resent) -> Result<(), EventError> {
    let wait = Duration::try_from(resent.due.since(ctx.now())).unwrap_or_default();
    let anew = Dispatch { resent: Some(resent), ..dispatch };
    Ok(ctx.ports().queues.send_later(queue, &json!(anew), wait).await?)
}
