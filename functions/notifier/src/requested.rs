//! `notification.requested`: a tenant's own messages, which stand in their rows already.

use cloud::Ctx;
use events::{Told, notification::NotificationRequested};
use messaging::Notifications;

use crate::{NotifierError, announcer::Announcer};

/// To whom the rows name. One round trip for each, and those of the announcer.
pub(crate) async fn send(ctx: Ctx, Told { event, data }: Told<NotificationRequested>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let notifications = Notifications::new(ctx.table(), announcer.scope());
    let mut stored = Vec::with_capacity(data.notification_ids.len());
    for id in data.notification_ids {
        stored.extend(notifications.get(id).await?);
    }
    announcer.post(stored).await
}
