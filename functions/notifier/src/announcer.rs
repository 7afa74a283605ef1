//! Writes down what an event has people told, and queues a message for each channel.

use std::collections::BTreeMap;

use cloud::{Ctx, Queue};
use futures::{StreamExt, TryStreamExt, stream};
use kernel::{Priority, TenantId, UserId};
use messaging::{
    Channel, Notice, Notification, Notifications, REMEMBERED, Recipient, SendWhile, Stored, Values,
    catalogue::MessageKind,
    preferences::{Choices, PreferenceRows},
    push::Devices,
};
use serde_json::Value;
use table::{TableError, TenantScope, outbox::Event};
use tenancy::{Tenant, Tenants};

use crate::{NotifierError, posting::Posting};

/// How many people are looked up or told at once: a customer may have any number of users.
pub(crate) const AT_ONCE: usize = 16;

/// Announces one event.
pub(crate) struct Announcer<'a> {
    pub(crate) ctx: &'a Ctx,
    pub(crate) event: &'a Event,
    /// Whose event it is.
    pub(crate) tenant: Tenant,
}

impl<'a> Announcer<'a> {
    /// The announcer of an event; `None` when its tenant is gone, and with it everybody to tell.
    ///
    /// # Errors
    /// Those of the table.
    pub(crate) async fn of(ctx: &'a Ctx, event: &'a Event) -> Result<Option<Self>, NotifierError> {
        if ctx.now() >= event.occurred_at.plus(REMEMBERED) {
            // Whether its messages were sent is forgotten by now, and no queue keeps an event for so long.
            tracing::warn!(event.id = %event.id, "the event is too old to be told of");
            return Ok(None);
        }
        let tenant = Tenants::new(ctx.table()).get(event.tenant_id).await?;
        if tenant.is_none() {
            tracing::warn!(event.id = %event.id, tenant.id = %event.tenant_id, "the event's tenant is gone");
        }
        Ok(tenant.map(|tenant| Self { ctx, event, tenant }))
    }

    pub(crate) fn scope(&self) -> TenantScope {
        TenantScope::new(self.tenant.id)
    }

    /// In whose name the tenant's own people are written to.
    pub(crate) fn sender(&self) -> String {
        self.tenant.name.as_str().to_owned()
    }

    /// In whose name tenants are written to: the platform's. One round trip.
    ///
    /// # Errors
    /// Those of the table, and `Corrupt` when there is no platform.
    pub(crate) async fn platform(&self) -> Result<String, NotifierError> {
        let platform = Tenants::new(self.ctx.table()).get(TenantId::PLATFORM).await?;
        let platform = platform.ok_or_else(|| TableError::Corrupt("there is no tenant zero".to_owned()))?;
        Ok(platform.product_name().to_owned())
    }

    /// What the tenant's owner is told by mail and in the app, in the platform's name; `says` is all but the tenant's name. One round
    /// trip.
    ///
    /// # Errors
    /// Those of [`Announcer::platform`].
    pub(crate) async fn to_owner(&self, kind: MessageKind, says: Values) -> Result<Notice, NotifierError> {
        Ok(Notice {
            kind,
            recipient: Recipient::User { user_id: self.tenant.owner },
            channels: vec![Channel::Email, Channel::InApp],
            says: says.text("tenant", self.tenant.name.as_str()),
            sender: self.platform().await?,
            needs: SendWhile::ActiveUser,
        })
    }

    /// Tells the tenant's owner, as [`Announcer::to_owner`] says.
    ///
    /// # Errors
    /// Those of [`Announcer::tell`].
    pub(crate) async fn tell_owner(&self, kind: MessageKind, says: Values) -> Result<(), NotifierError> {
        self.tell([self.to_owner(kind, says).await?]).await
    }

    /// Stores a notification for each notice, then queues a message for each of its channels. An event that comes again
    /// finds its notifications and queues what is not done: the messages of the first time may have been lost.
    ///
    /// # Errors
    /// The store or a queue failed: the event must come again.
    pub(crate) async fn tell(&self, notices: impl IntoIterator<Item = Notice>) -> Result<(), NotifierError> {
        let notices = self.pushed(notices).await?;
        let (event_id, occurred_at) = (self.event.id, self.event.occurred_at);
        let notifications = Notifications::new(self.ctx.table(), self.scope());
        let of = |notice| Notification::of(notice, event_id, occurred_at, self.ctx.now());
        let notices: Vec<Notification> = notices.into_iter().map(of).collect();
        let choices = self.choices(&notices).await?;
        let posting = Posting { ctx: self.ctx, tenant: &self.tenant, choices: &choices };
        let posted = stream::iter(notices).map(|notification| async move {
            let stored = notifications.store(notification).await?;
            posting.post(stored).await
        });
        self.queue(posted.buffered(AT_ONCE).try_collect().await?).await
    }

    /// Queues what is not done of notifications that are stored already.
    ///
    /// # Errors
    /// The store or a queue failed: the event must come again.
    pub(crate) async fn post(&self, stored: Vec<Notification>) -> Result<(), NotifierError> {
        let choices = self.choices(&stored).await?;
        let posting = Posting { ctx: self.ctx, tenant: &self.tenant, choices: &choices };
        let posted = stream::iter(stored).map(|notification| posting.post(Stored::Known(notification)));
        self.queue(posted.buffered(AT_ONCE).try_collect().await?).await
    }

    async fn queue(&self, posted: Vec<(Notification, Vec<Value>)>) -> Result<(), NotifierError> {
        let mut messages: BTreeMap<Priority, Vec<Value>> = BTreeMap::new();
        for (notification, waiting) in posted {
            messages.entry(notification.priority).or_default().extend(waiting);
        }
        for (priority, messages) in messages.into_iter().filter(|(_, messages)| !messages.is_empty()) {
            self.ctx.ports().queues.send(Queue::Messages(priority), &messages).await?;
        }
        Ok(())
    }

    /// The notices, also for the devices of users who have some, where the message may be pushed; without those that no channel is
    /// left for. One round trip for each user.
    async fn pushed(&self, notices: impl IntoIterator<Item = Notice>) -> Result<Vec<Notice>, NotifierError> {
        let devices = Devices::new(self.ctx.table(), self.scope());
        let notices = stream::iter(notices).map(|mut notice| async move {
            let reader = notice.recipient.user().filter(|_| notice.kind.may_be_pushed());
            if let Some(user) = reader
                && !devices.book(user).await?.devices.is_empty()
            {
                notice.channels.push(Channel::Push);
            }
            Ok::<_, NotifierError>(notice)
        });
        let notices: Vec<Notice> = notices.buffered(AT_ONCE).try_collect().await?;
        Ok(notices.into_iter().filter(|notice| !notice.channels.is_empty()).collect())
    }

    /// What those who are told chose. One round trip for each hundred of them; none where all of it is critical, which
    /// nobody can choose away.
    async fn choices(&self, notices: &[Notification]) -> Result<Choices, NotifierError> {
        if notices.iter().all(|notice| notice.priority == Priority::Critical) {
            return Ok(Choices::default());
        }
        let users: Vec<UserId> = notices.iter().filter_map(|notice| notice.recipient.user()).collect();
        Ok(PreferenceRows::new(self.ctx.table(), self.scope()).choices(&users).await?)
    }
}
