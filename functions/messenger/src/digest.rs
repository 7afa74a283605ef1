//! What waited for a digest is told: in rounds, each of which is a notification of its own.

use cloud::{Ctx, EventError, Queue};
use messaging::{
    Channel, Deliveries, DigestEntry, DigestOf, Digests, Dispatch, Notice, Notification, Notifications, Recipient,
    SendWhile, Values, catalogue,
};
use serde_json::json;
use table::{
    TransactError, Transaction,
    agenda::{self, Due},
};
use tenancy::Tenants;

use crate::MessengerError;

/// How many rounds one message of the agenda makes at most; the rest comes with the next.
const ROUNDS: u32 = 50;

/// Stores a digest for each round of what waits, and queues it. A round that is there already, because its process died, is
/// queued again unless it was sent; then the work is taken off the agenda.
///
/// Round trips: the tenant; for each round its notification, what waits and what of it was sent, one transaction, one message.
pub(crate) async fn tell(ctx: Ctx, due: Due) -> Result<(), EventError> {
    let (scope, of) = (due.scope(), DigestOf::read(&due)?);
    let Some(tenant) = Tenants::new(ctx.table()).get(scope.tenant()).await? else {
        return Ok(agenda::finish(ctx.table(), &due).await?);
    };
    let (notifications, deliveries) = (Notifications::new(ctx.table(), scope), Deliveries::new(ctx.table(), scope));
    for round in 0..ROUNDS {
        let empty = digest(of, round, tenant.name.as_str(), &ctx);
        let told = match notifications.get(empty.id).await? {
            Some(told) => told,
            None => match take(&ctx, &due, (of, empty)).await? {
                Some(told) => told,
                None => return Ok(agenda::finish(ctx.table(), &due).await?),
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

/// Stores the digest with what waits; none when nothing waits.
async fn take(ctx: &Ctx, due: &Due, (of, empty): (DigestOf, Notification)) -> Result<Option<Notification>, EventError> {
    let scope = due.scope();
    let (digests, deliveries) = (Digests::new(ctx.table(), scope), Deliveries::new(ctx.table(), scope));
    let mut entries: Vec<DigestEntry> = Vec::new();
    loop {
        let waiting = digests.waiting(of).await?;
        if waiting.is_empty() {
            return Ok(None);
        }
        for entry in waiting {
            if deliveries.is_done(entry.id, Channel::Email).await? {
                // It was told before, by the digest of another time.
                digests.forget(of, entry.id).await?;
            } else {
                entries.push(entry);
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
