//! `tenant.trial_expired`, once, at the end of a trial; the tenant's own subscription ends with it.
//!
//! Nothing is stored of the tenant itself: from the instant on it counts as suspended, whether or not this has run. A
//! conversion at the same moment and this see each other's change, and decide again. Round trips: one read of the tenant
//! beside one query and one batch read of its subscription, one transaction of 3 writes, or 6 with a subscription; again for
//! each lost race.

use billing::{Subscription, SubscriptionStatus, Subscriptions};
use cloud::Ctx;
use events::{subscription::ExpiryReason, tenant::TenantTrialExpired};
use kernel::{TenantId, Timestamp};
use table::{
    OperatorScope, Race, Slot, TableError, TenantScope, TransactError, Transaction,
    agenda::{self, Due},
    until_settled,
};
use tenancy::{Tenant, Tenants};

use crate::{TenantWorkError, cause};

/// Ends the trial of a tenant that did not convert.
pub(crate) async fn expire_trial(ctx: Ctx, due: Due) -> Result<(), TenantWorkError> {
    let books = OperatorScope::assume("tenants are customers of the platform").platform();
    until_settled(
        || TenantWorkError::Outrun,
        || async {
            let tenants = Tenants::new(ctx.table());
            let (tenant, subscription) =
                tokio::try_join!(tenants.get(due.tenant_id), in_trial(&ctx, books, due.tenant_id))?;
            let tenant = tenant.filter(Tenant::is_unconverted);
            let Some((tenant, ends_at)) = tenant.and_then(|tenant| tenant.trial_ends_at.map(|end| (tenant, end)))
            else {
                return Ok(Race::Settled(agenda::finish(ctx.table(), &due).await?));
            };
            if ctx.now() < ends_at {
                return Ok(Race::Settled(agenda::postpone(ctx.table(), &due, ends_at).await?));
            }
            let lapsed = LapsedTrial { due: &due, tenant: &tenant, ends_at };
            let (transaction, turn) = expiry(&ctx, lapsed, books, subscription)?;
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                // Somebody has done it, or the tenant converted and took the end off the agenda.
                Err(TransactError::Cancelled(cancelled)) if cancelled.failed(turn).is_some() => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

/// A trial that is over, of a tenant that did not convert.
struct LapsedTrial<'a> {
    due: &'a Due,
    tenant: &'a Tenant,
    ends_at: Timestamp,
}

/// The transaction, and the place of the write that only one message can make.
fn expiry(
    ctx: &Ctx,
    LapsedTrial { due, tenant, ends_at }: LapsedTrial<'_>,
    books: TenantScope,
    subscription: Option<Subscription>,
) -> Result<(Transaction, Slot), TableError> {
    let mut transaction = Transaction::new();
    let turn = agenda::done(&mut transaction, due);
    Tenants::check_unchanged(&mut transaction, tenant);
    let told = TenantTrialExpired { tenant_id: tenant.id, trial_ends_at: ends_at };
    ctx.insert_event(&mut transaction, tenant.id, cause(ctx), tenant.version, &told)?;
    if let Some(subscription) = subscription {
        let expired = subscription.expired();
        let told = expired.told_expired(ExpiryReason::TrialNotConverted);
        Subscriptions::save(&mut transaction, books, &expired)?;
        ctx.insert_event(&mut transaction, books.tenant(), cause(ctx), expired.version, &told)?;
    }
    Ok((transaction, turn))
}

/// The tenant's own subscription, as long as it is in its free days.
async fn in_trial(ctx: &Ctx, books: TenantScope, id: TenantId) -> Result<Option<Subscription>, TableError> {
    let own = Subscriptions::new(ctx.table(), books).own_of(id).await?;
    Ok(own.filter(|own| own.status == SubscriptionStatus::Trialing))
}

#[cfg(test)]
mod tests {
    use table::agenda::DueKind;
    use testkit::Fault;

    use super::*;
    use crate::world::World;

    const END: &str = "2026-12-05T01:00:00.000Z";

    #[tokio::test]
    async fn a_trial_that_ends_is_told_once_and_the_tenants_own_subscription_ends_with_it() {
        let world = World::open().await;
        assert_eq!(world.on_agenda(DueKind::TrialEnd).await.as_deref(), Some(END));
        world.stack.set_clock(END);
        for _ in 0..3 {
            assert!(world.deliver(DueKind::TrialEnd, END).await);
        }
        let told: Vec<_> = world.events("2026120501").await.iter().map(|event| event["type"].clone()).collect();
        assert_eq!(told, ["tenant.trial_expired"]);
        assert_eq!(world.subscription().await.status, SubscriptionStatus::Expired);
        assert_eq!(world.books_events("2026120501").await, ["subscription.expired"]);
        assert_eq!(world.on_agenda(DueKind::TrialEnd).await, None);
        assert_eq!(world.billing_agenda().await, None, "an ended subscription is not due");
    }

    #[tokio::test]
    async fn who_converted_keeps_the_subscription() {
        let world = World::open().await;
        world.stack.set_clock(END);
        world.convert().await;
        assert!(world.deliver(DueKind::TrialEnd, END).await);
        assert_eq!(world.events("2026120501").await.len(), 0);
        assert_eq!(world.subscription().await.status, SubscriptionStatus::Trialing);
        assert_eq!(world.on_agenda(DueKind::TrialEnd).await, None);
    }

    #[tokio::test]
    async fn a_trial_that_the_operator_suspended_ends_all_the_same() {
        let world = World::open().await;
        let cause = events::tenant::SuspensionCause::Operator;
        let tenant = world.stored_tenant().await;
        let stopped = tenant.suspended(cause, Some("Spam was sent".to_owned()), world.stack.ctx().now()).unwrap();
        world.save_tenant(&stopped).await;
        world.stack.set_clock(END);
        assert!(world.deliver(DueKind::TrialEnd, END).await);
        assert_eq!(world.subscription().await.status, SubscriptionStatus::Expired, "it owes nothing");
        assert_eq!(world.events("2026120501").await.len(), 1);
        assert_eq!(world.stored_tenant().await, stopped);
    }

    #[tokio::test]
    async fn a_trial_does_not_end_before_its_instant() {
        let world = World::open().await;
        let early = "2026-12-05T00:59:59.999Z";
        world.stack.set_clock(early);
        world.put_on_agenda(DueKind::TrialEnd, early).await;
        assert!(world.deliver(DueKind::TrialEnd, early).await);
        assert_eq!(world.subscription().await.status, SubscriptionStatus::Trialing);
        assert_eq!(world.on_agenda(DueKind::TrialEnd).await.as_deref(), Some(END));
    }

    #[tokio::test]
    async fn a_tenant_that_the_platform_does_not_bill_is_told_all_the_same() {
        let world = World::unbilled().await;
        world.stack.set_clock(END);
        assert!(world.deliver(DueKind::TrialEnd, END).await);
        assert_eq!(world.events("2026120501").await.len(), 1);
    }

    #[tokio::test]
    async fn a_death_anywhere_neither_loses_the_end_nor_tells_it_twice() {
        let calls = {
            let world = World::open().await;
            world.stack.set_clock(END);
            let (ctx, table) = world.stack.breaking(None);
            world.deliver_to(&ctx, DueKind::TrialEnd, END).await;
            table.calls()
        };
        assert!(calls >= 4, "{calls}");
        for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
            let world = World::open().await;
            world.stack.set_clock(END);
            let (ctx, _) = world.stack.breaking(Some(fault));
            assert!(!world.deliver_to(&ctx, DueKind::TrialEnd, END).await, "{fault:?}");
            assert!(world.deliver_to(&ctx, DueKind::TrialEnd, END).await, "{fault:?}");
            assert_eq!(world.events("2026120501").await.len(), 1, "{fault:?}");
            assert_eq!(world.books_events("2026120501").await, ["subscription.expired"], "{fault:?}");
        }
    }

    #[tokio::test]
    async fn work_for_another_worker_is_given_back() {
        let world = World::open().await;
        assert!(!world.deliver(DueKind::BillingRun, END).await);
    }
}
