//! A message whose reader's quiet hours are over: it is decided anew what becomes of it, and it leaves.

use cloud::{Ctx, EventError, Queue};
use messaging::{
    Deliveries, DigestOf, Digests, Dispatch, Held, Notification, Notifications,
    preferences::{PreferenceRows, Routing, route},
};
use serde_json::json;
use table::{
    TransactError, Transaction,
    agenda::{self, Due},
};
use tenancy::Tenants;

use crate::kept_back::kept_back;

/// Queues the message, or does what its reader wishes by now. It is taken off the agenda last: a message that was queued and
/// is queued again is sent once. Round trips: notification, tenant and choices, one write.
pub(crate) async fn send_on(ctx: Ctx, due: Due) -> Result<(), EventError> {
    let (scope, Held { id, channel }) = (due.scope(), Held::read(&due)?);
    let (notifications, tenants) = (Notifications::new(ctx.table(), scope), Tenants::new(ctx.table()));
    let (notification, tenant) = tokio::try_join!(notifications.get(id), tenants.get(scope.tenant()))?;
    let (Some(notification), Some(tenant)) = (notification, tenant) else {
        return Ok(agenda::finish(ctx.table(), &due).await?);
    };
    if let Some(why) = kept_back(&tenant, &notification) {
        let deliveries = Deliveries::new(ctx.table(), scope);
        deliveries.refuse(id, channel, why, ctx.now()).await?;
        return Ok(agenda::finish(ctx.table(), &due).await?);
    }
    let user = notification.recipient.user();
    let choices = PreferenceRows::new(ctx.table(), scope).choices(&user.into_iter().collect::<Vec<_>>()).await?;
    let wishes = choices.wishes(user, &tenant.timezone);
    match route(notification.topic(), channel, wishes, ctx.now()) {
        Routing::Now => {
            let message = Dispatch { tenant_id: scope.tenant(), notification_id: id, channel, resent: None };
            ctx.ports().queues.send(Queue::Messages(notification.priority), &[json!(message)]).await?;
        }
        Routing::Held(until) => return Ok(agenda::postpone(ctx.table(), &due, until).await?),
        Routing::Digest(at) => return for_digest(&ctx, &due, &notification, at).await,
        Routing::Off(by) => Deliveries::new(ctx.table(), scope).refuse(id, channel, by.reason(), ctx.now()).await?,
    }
    Ok(agenda::finish(ctx.table(), &due).await?)
}

/// The reader wants it in a digest since.
async fn for_digest(
    ctx: &Ctx,
    due: &Due,
    notification: &Notification,
    at: kernel::Timestamp,
) -> Result<(), EventError> {
    let mut transaction = Transaction::new();
    if let Some(user) = notification.recipient.user() {
        Digests::new(ctx.table(), due.scope()).insert(&mut transaction, DigestOf { user, at }, notification)?;
    }
    agenda::done(&mut transaction, due);
    match ctx.table().transact(transaction).await {
        // It was sent on, or moved, meanwhile.
        Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
