//! From a stored notification to the messages that leave now. What waits goes on the agenda, and of what nobody wants it is
//! noted why.

use cloud::Ctx;
use messaging::{
    Channel, Deliveries, DigestOf, Digests, Dispatch, Held, Notification, Stored,
    preferences::{Choices, Routing, route},
};
use serde_json::{Value, json};
use table::{TenantScope, TransactError, Transaction};
use tenancy::Tenant;

use crate::NotifierError;

/// Posts the notifications of one event.
#[derive(Clone, Copy)]
pub(crate) struct Posting<'a> {
    pub(crate) ctx: &'a Ctx,
    /// Whose event it is.
    pub(crate) tenant: &'a Tenant,
    pub(crate) choices: &'a Choices,
}

impl Posting<'_> {
    /// The messages of a notification's channels that leave now. One round trip for each channel that is new and waits or is
    /// switched off; of a notification that was there before, one for each channel.
    ///
    /// # Errors
    /// Those of the table.
    pub(crate) async fn post(&self, stored: Stored) -> Result<(Notification, Vec<Value>), NotifierError> {
        let (ctx, scope) = (self.ctx, TenantScope::new(self.tenant.id));
        let deliveries = Deliveries::new(ctx.table(), scope);
        let (notification, is_new) = match stored {
            Stored::New(notification) => (notification, true),
            Stored::Known(notification) => (notification, false),
        };
        let wishes = self.choices.wishes(notification.recipient.user(), &self.tenant.timezone);
        let mut messages = Vec::with_capacity(notification.channels.len());
        for &channel in &notification.channels {
            if !is_new && deliveries.is_done(notification.id, channel).await? {
                continue;
            }
            match route(notification.topic(), channel, wishes, ctx.now()) {
                Routing::Now => {
                    let (tenant_id, notification_id) = (scope.tenant(), notification.id);
                    messages.push(json!(Dispatch { tenant_id, notification_id, channel, resent: None }));
                }
                Routing::Held(until) => {
                    let held = Held { id: notification.id, channel };
                    self.save(|transaction| held.until(transaction, scope, until).map(drop)).await?;
                }
                Routing::Digest(at) => self.for_digest(&notification, channel, at).await?,
                Routing::Off(by) => deliveries.refuse(notification.id, channel, by.reason(), ctx.now()).await?,
            }
        }
        Ok((notification, messages))
    }

    async fn for_digest(
        &self,
        notification: &Notification,
        channel: Channel,
        at: kernel::Timestamp,
    ) -> Result<(), NotifierError> {
        let (ctx, scope) = (self.ctx, TenantScope::new(self.tenant.id));
        let Some(user) = notification.recipient.user() else {
            tracing::error!(notification.id = %notification.id, ?channel, "a digest for nobody");
            return Ok(());
        };
        let digests = Digests::new(ctx.table(), scope);
        self.save(|transaction| digests.insert(transaction, DigestOf { user, at }, notification)).await
    }

    async fn save(
        &self,
        fill: impl FnOnce(&mut Transaction) -> Result<(), table::TableError>,
    ) -> Result<(), NotifierError> {
        let mut transaction = Transaction::new();
        fill(&mut transaction)?;
        match self.ctx.table().transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(_)) => Err(NotifierError::InFlight),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    }
}
