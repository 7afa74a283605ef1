//! `subscription.suspended`, `subscription.cancelled` and `subscription.restored` in the platform's books: what a
//! tenant used until its subscription stopped is billed; a tenant that did
//! not pay the platform is suspended, and one that was suspended for that is active again when it has paid.
//!
//! A bus keeps no order and repeats itself: what the tenant has followed already changes nothing, and what counts is the subscription as it is now, and the transaction holds only while it stays so. Of a
//! subscription that ended, the event says whether it was for want of payment, because the subscription does not. Round trips:
//! one read each of the tenant and the subscription at once, one transaction; again for each lost race.

use billing::{Subscription, SubscriptionStatus, Subscriptions};
use cloud::Ctx;
use events::{
    Cause, Event, Told,
    subscription::{CancelReason, SubscriptionCancelled, SubscriptionRestored, SubscriptionSuspended},
    tenant::FollowedBill,
};
use kernel::{Party, SubscriptionId, TenantId};
use table::{OperatorScope, Race, TableError, TransactError, Transaction, until_settled};
use tenancy::{Tenant, Tenants};

use crate::{TenantWorkError, usage::bill_usage::bill_last_days};

/// An invoice of the platform stayed unpaid, and its subscription was stopped for it.
pub(crate) async fn stopped(
    ctx: Ctx,
    Told { event, data }: Told<SubscriptionSuspended>,
) -> Result<(), TenantWorkError> {
    last_days(&ctx, &event, (data.subscription_id, data.customer_id)).await?;
    follow(&ctx, &event, (data.subscription_id, data.customer_id), End::None).await
}

/// The same, where the platform's ladder ends subscriptions.
pub(crate) async fn ended(ctx: Ctx, Told { event, data }: Told<SubscriptionCancelled>) -> Result<(), TenantWorkError> {
    let end = match data.reason {
        CancelReason::NotPaid => End::NotPaid,
        CancelReason::CustomerErased | CancelReason::Requested | CancelReason::Scheduled => {
            return last_days(&ctx, &event, (data.subscription_id, data.customer_id)).await;
        }
    };
    last_days(&ctx, &event, (data.subscription_id, data.customer_id)).await?;
    follow(&ctx, &event, (data.subscription_id, data.customer_id), end).await
}

/// Nothing of the subscription is overdue any more.
pub(crate) async fn restored(
    ctx: Ctx,
    Told { event, data }: Told<SubscriptionRestored>,
) -> Result<(), TenantWorkError> {
    follow(&ctx, &event, (data.subscription_id, data.customer_id), End::None).await
}

/// What a tenant used until its subscription stopped is billed with the last invoice, which is made within an hour.
/// Round trips: one read, and those of a night.
async fn last_days(
    ctx: &Ctx,
    event: &Event,
    (subscription, customer): (SubscriptionId, Party),
) -> Result<(), TenantWorkError> {
    if event.tenant_id != TenantId::PLATFORM || !matches!(customer, Party::Tenant(_)) {
        return Ok(());
    }
    let books = OperatorScope::assume("tenants are customers of the platform").platform();
    let found = Subscriptions::new(ctx.table(), books).get(subscription).await?;
    let Some(own) = found.map(|found| found.trusted("the worker acts for the platform")) else { return Ok(()) };
    let goes_on = own.status.is_in_force();
    if goes_on { Ok(()) } else { bill_last_days(ctx, &own, event.occurred_at).await }
}

/// Whether the event tells that the subscription ended for want of payment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    None,
    NotPaid,
}

async fn follow(
    ctx: &Ctx,
    event: &Event,
    (subscription, customer): (SubscriptionId, Party),
    end: End,
) -> Result<(), TenantWorkError> {
    let Party::Tenant(id) = customer else { return Ok(()) };
    if event.tenant_id != TenantId::PLATFORM {
        // Only the platform has tenants for customers.
        return Ok(());
    }
    let books = OperatorScope::assume("tenants are customers of the platform").platform();
    until_settled(
        || TenantWorkError::Outrun,
        || async {
            let (tenants, subscriptions) = (Tenants::new(ctx.table()), Subscriptions::new(ctx.table(), books));
            let (tenant, found) = tokio::try_join!(tenants.get(id), subscriptions.get(subscription))?;
            let found = found.map(|found| found.trusted("the worker acts for the platform"));
            let told = FollowedBill { subscription_id: subscription, subscription_version: event.subject_version };
            let tenant = tenant.filter(|tenant| !tenant.lifecycle.has_followed(told));
            let Some((tenant, own)) = tenant.zip(found) else { return Ok(Race::Settled(())) };
            let mut transaction = Transaction::new();
            if edge(ctx, event, (tenant, &own), end, &mut transaction)? == Edge::None {
                return Ok(Race::Settled(()));
            }
            Subscriptions::check_unchanged(&mut transaction, books, &own);
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

/// Whether there is an edge to write.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    None,
    Taken,
}

fn edge(
    ctx: &Ctx,
    event: &Event,
    (tenant, own): (Tenant, &Subscription),
    end: End,
    transaction: &mut Transaction,
) -> Result<Edge, TableError> {
    let cause = Cause { request_id: event.request_id, given_request_id: event.given_request_id.clone() };
    let bill = FollowedBill { subscription_id: own.id, subscription_version: own.version };
    if own.successor.is_some() {
        // Another one has taken its place since.
        return Ok(Edge::None);
    }
    match own.status {
        SubscriptionStatus::Cancelled if end == End::None => Ok(Edge::None),
        SubscriptionStatus::Suspended | SubscriptionStatus::Cancelled => {
            // One that is suspended or over stays as it is.
            let Some(stopped) = tenant.unpaid(bill, ctx.now()) else { return Ok(Edge::None) };
            Tenants::save(transaction, &stopped)?;
            if let Some(told) = stopped.told_suspended() {
                ctx.insert_event(transaction, stopped.id, cause, stopped.version, &told)?;
            }
            Ok(Edge::Taken)
        }
        SubscriptionStatus::Active | SubscriptionStatus::PastDue => {
            let Some(active) = tenant.paid_up(bill) else { return Ok(Edge::None) };
            Tenants::save(transaction, &active)?;
            ctx.insert_event(transaction, active.id, cause, active.version, &active.told_paid_up())?;
            Ok(Edge::Taken)
        }
        SubscriptionStatus::Trialing
        | SubscriptionStatus::Incomplete
        | SubscriptionStatus::Paused
        | SubscriptionStatus::Expired => Ok(Edge::None),
    }
}

#[cfg(test)]
#[path = "follow_own_bill_tests.rs"]
mod tests;
