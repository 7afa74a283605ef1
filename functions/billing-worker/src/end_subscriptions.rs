//! `user.erased`: ends the subscriptions of the person, so that nothing more is counted or invoiced for a tombstone.
//!
//! Should the event be late, the worker does the same when a period is over. Round trips: one query and one batch read
//! per twenty subscriptions, one transaction each.

use billing::{Listed, PageRequest, Subscriber, Subscription, Subscriptions};
use cloud::Ctx;
use kernel::{EventId, RequestId, UserId};
use serde_json::{Value, json};
use table::{TableError, TenantScope, TransactError, Transaction, outbox};

use crate::bill_subscription::BillingError;

/// Ends them all, whether some were ended before or not.
pub(crate) async fn end_subscriptions(ctx: Ctx, event: outbox::Event) -> Result<(), BillingError> {
    let user = event.data.get("userId").cloned().unwrap_or_default();
    let user: UserId = serde_json::from_value(user).map_err(|_| TableError::Corrupt("an event's userId".to_owned()))?;
    let scope = TenantScope::new(event.tenant_id);
    let subscriptions = Subscriptions::new(ctx.table(), scope);
    let mut request = PageRequest::default();
    loop {
        let Listed { items, last } = subscriptions.list_of(Subscriber::User(user), &request).await?;
        for subscription in items.into_iter().filter(|subscription| !subscription.is_over()) {
            if end(&ctx, scope, subscription).await? == Change::Raced {
                return Err(BillingError::Outrun);
            }
        }
        if last.is_none() {
            return Ok(());
        }
        request.after = last;
    }
}

/// Whether a change was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It was.
    Made,
    /// Another change came first, and nothing was written.
    Raced,
}

/// Ends the subscription of an erased customer, in one transaction with the event that tells of it.
pub(crate) async fn end(ctx: &Ctx, scope: TenantScope, subscription: Subscription) -> Result<Change, TableError> {
    let ended = subscription.cancelled();
    let mut transaction = Transaction::new();
    Subscriptions::save(&mut transaction, scope, &ended)?;
    transaction.add(outbox::write(&outbox::Event {
        id: EventId::new(ctx.new_ulid()),
        name: "subscription.cancelled".to_owned(),
        tenant_id: scope.tenant(),
        occurred_at: ctx.now(),
        request_id: RequestId::new(ctx.new_ulid()),
        given_request_id: None,
        data: told_of(&ended),
    })?);
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(Change::Made),
        Err(TransactError::Cancelled(_)) => Ok(Change::Raced),
        Err(TransactError::Table(error)) => Err(error),
    }
}

fn told_of(ended: &Subscription) -> Value {
    json!({
        "subscriptionId": ended.id, "customerId": ended.subscriber, "planKey": ended.plan.key,
        "reason": "customer_erased",
    })
}
