//! What waited for a digest is told: in rounds, each of which is a notification of its own.

use cloud::{Ctx, EventError, Queue};
use messaging::{
    Channel, Deliveries, DigestEntry, DigestOf, Digests, Dispatch, Notice, Notification, Notifications, Recipient,
    SendWhile, Values, catalogue,
    preferences::{PreferenceRows, Routing, Wishes, route},
};
use serde_json::json;
use table::{
    TableError, TenantScope, TransactError, Transaction,
    agenda::{self, Due},
};
use tenancy::{Tenant, TenantStatus, Tenants};

use crate::{MessengerError, kept_back::kept_back};

/// How many rounds one message of the agenda makes at most; the rest comes with the next.
const ROUNDS: u32 = 50;

/// Stores a digest for each round of what waits and is wished still, and queues it. A round that is there already, because its
/// process died, is queued again unless it was sent; then the work is taken off the agenda.
///
/// Round trips: the tenant; for each round its notification, what is wished, what waits and, for each of it, its notification
/// and what became of it; one transaction, one message; two to end.
pub(crate) async fn tell(ctx: Ctx, due: Due) -> Result<(), EventError> {
    let (scope, of) = (due.scope(), DigestOf::read(&due)?);
    let tenant = Tenants::new(ctx.table()).get(scope.tenant()).await?;
    // Nothing is told in the name of a tenant that is over; what waits ends with its time to live.
    let Some(tenant) = tenant.filter(|tenant| tenant.status != TenantStatus::Cancelled) else {
        return Ok(agenda::finish(ctx.table(), &due).await?);
    };
    let (notifications, deliveries) = (Notifications::new(ctx.table(), scope), Deliveries::new(ctx.table(), scope));
    for round in 0..ROUNDS {
        let empty = digest(of, round, tenant.name.as_str(), &ctx);
        let told = match notifications.get(empty.id).await? {
            Some(told) => told,
            None => match take(&ctx, &tenant, (of, empty)).await? {
                Some(told) => told,
                None => return finish(&ctx, &due, of).await,
            },
        };
        if !deliveries.is_done(told.id, Channel::Email).await? {
            let (tenant_id, notification_id) = (scope.tenant(), told.id);
            let message = Dispatch { tenant_id, notification_id, channel: Channel::Email, resent: None };
            ctx.ports().queues.send(Queue::Messages(told.priority), &[json!(message)]).await?;
        }
    }
    Err(MessengerError::Unknown("a digest that does not end".to_owned()).into())
}

/// The digest of a round, before it tells anything.
fn digest(of: DigestOf, round: u32, sender: &str, ctx: &Ctx) -> Notification {
    let notice = Notice {
        kind: catalogue::DIGEST,
        recipient: Recipient::User { user_id: of.user },
        channels: vec![Channel::Email],
        says: Values::new(),
        sender: sender.to_owned(),
        needs: SendWhile::ActiveUser,
    };
    Notification::of(notice, of.event(round), of.at, ctx.now())
}

/// Takes the work off the agenda, and puts it there again for what began to wait while nothing seemed to.
async fn finish(ctx: &Ctx, due: &Due, of: DigestOf) -> Result<(), EventError> {
    agenda::finish(ctx.table(), due).await?;
    let digests = Digests::new(ctx.table(), due.scope());
    if digests.waiting(of).await?.is_empty() {
        return Ok(());
    }
    let mut transaction = Transaction::new();
    digests.set(&mut transaction, of)?;
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(()),
        Err(TransactError::Cancelled(_)) => Err(MessengerError::Void("another delivery of the digest is at it").into()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

/// Stores the digest with what waits and is wished still; none when nothing waits.
async fn take(
    ctx: &Ctx,
    tenant: &Tenant,
    (of, empty): (DigestOf, Notification),
) -> Result<Option<Notification>, EventError> {
    let scope = TenantScope::new(tenant.id);
    let digests = Digests::new(ctx.table(), scope);
    let choices = PreferenceRows::new(ctx.table(), scope).choices(&[of.user]).await?;
    let wishes = choices.wishes(Some(of.user), &tenant.timezone);
    let mut entries: Vec<DigestEntry> = Vec::new();
    loop {
        let waiting = digests.waiting(of).await?;
        if waiting.is_empty() {
            return Ok(None);
        }
        for entry in waiting {
            if is_told(ctx, tenant, (&entry, wishes)).await? {
                entries.push(entry);
            } else {
                digests.forget(of, entry.id).await?;
            }
        }
        if !entries.is_empty() {
            break;
        }
    }
    let tells = entries.iter().map(|entry| entry.id).collect();
    let told = Notification { tells, ..empty };
    let mut transaction = Transaction::new();
    digests.tell(&mut transaction, &told, &entries, (of, ctx.now()))?;
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(Some(told)),
        Err(TransactError::Cancelled(_)) => Err(MessengerError::Void("another delivery of the digest is at it").into()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

/// Whether a digest tells of a message. Not of one that was told, is being sent by itself, or is not wished by now, which its
/// history says.
async fn is_told(ctx: &Ctx, tenant: &Tenant, (entry, wishes): (&DigestEntry, Wishes<'_>)) -> Result<bool, TableError> {
    let scope = TenantScope::new(tenant.id);
    let deliveries = Deliveries::new(ctx.table(), scope);
    if deliveries.get(entry.id, Channel::Email).await?.is_some() {
        return Ok(false);
    }
    let Some(notification) = Notifications::new(ctx.table(), scope).get(entry.id).await? else { return Ok(false) };
    if let Some(why) = kept_back(tenant, &notification) {
        deliveries.refuse(entry.id, Channel::Email, why, ctx.now()).await?;
        return Ok(false);
    }
    match route(notification.topic(), Channel::Email, wishes, ctx.now()) {
        // Where the reader wants no digests since, or others, this one is the soonest.
        Routing::Now | Routing::Held(_) | Routing::Digest(_) => Ok(true),
        Routing::Off(by) => {
            deliveries.refuse(entry.id, Channel::Email, by.reason(), ctx.now()).await?;
            Ok(false)
        }
    }
}
