//! Events about how subscriptions stand: each change is counted once, on the day of the tenant on which it was made.
//!
//! The event says how the subscription stands since, and which version of it that is. The change takes its place among those
//! that were counted, in one transaction with what it moves: one that comes again moves nothing, and one that comes late
//! corrects the days after it. Round trips: one read of the tenant (beside one of the subscription, where an event of an
//! older release does not say how it stands), one of the plan when its version is new, one of what was counted and one
//! transaction of 3 to 9 writes; the last two again for each race that is lost.

use billing::{Course, CourseStep, PlanRef, Plans, StandingError, Subscription, SubscriptionSums, Subscriptions};
use cloud::Ctx;
use events::{Event, subscription::SubscriptionStanding};
use kernel::{Owned, SubscriptionId};
use table::{Race, TableError, TenantScope, TransactError, Transaction, until_settled};
use tenancy::Tenants;

use crate::{error::AnalyticsError, memory::Memory};

/// Counts a change of a subscription, unless it is counted already.
pub(crate) async fn count_change(
    ctx: &Ctx,
    memory: &Memory,
    event: Event,
    subscription: SubscriptionId,
    standing: Option<SubscriptionStanding>,
) -> Result<(), AnalyticsError> {
    let scope = TenantScope::new(event.tenant_id);
    let tenants = Tenants::new(ctx.table());
    let (tenant, now) =
        tokio::try_join!(tenants.get(event.tenant_id), standing_of(ctx, scope, (&event, subscription, standing)))?;
    let (Some(tenant), Some((version, standing))) = (tenant, now) else {
        tracing::warn!(subscription.id = %subscription, "there is no such tenant or subscription any more");
        return Ok(());
    };
    let plan = PlanRef { key: standing.plan_key.parse().map_err(StandingError::from)?, version: standing.plan_version };
    let plan = memory.plans.get(Plans::new(ctx.table(), scope), &plan).await?;
    let step = CourseStep::to(&standing, version, event.occurred_at.date_in(&tenant.timezone), &plan)?;

    let line = memory.lines.of(event.tenant_id);
    let _first_in_line = line.lock().await;
    until_settled(
        || AnalyticsError::Outrun,
        || async {
            let course = SubscriptionSums::new(ctx.table(), scope).course(subscription).await?;
            let Some(counting) = Course::counting(course.as_ref(), standing.currency, step.clone()) else {
                return Ok(Race::Settled(()));
            };
            let mut transaction = Transaction::new();
            SubscriptionSums::save(&mut transaction, scope, subscription, &counting)?;
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

/// How the subscription stood after the change, and in which version; as it is now where the event does not say so. `None`
/// when there is no such subscription.
async fn standing_of(
    ctx: &Ctx,
    scope: TenantScope,
    (event, subscription, standing): (&Event, SubscriptionId, Option<SubscriptionStanding>),
) -> Result<Option<(u64, SubscriptionStanding)>, TableError> {
    if let Some(standing) = standing {
        return Ok(Some((event.subject_version, standing)));
    }
    let found: Option<Owned<Subscription>> = Subscriptions::new(ctx.table(), scope).get(subscription).await?;
    let found = found.map(|found| found.trusted("the worker acts for the tenant"));
    Ok(found.map(|found| (found.version, found.standing())))
}
