//! Events about tenants: the operator's directory and census show each tenant as it is now.
//!
//! The event says that there is something to look at, and for some which milestone was
//! reached or which mark of a limit was passed when. What is shown is made of
//! what is read after it, so one that comes late or twice changes nothing. Round trips: one read of what is known of the tenant,
//! then one of the tenant beside one query and one batch read of its subscription and up to three reads of its counts and plan, one
//! transaction of up to 40 writes when
//! something is new; all again for each race that is lost.

use std::collections::BTreeMap;

use billing::Subscriptions;
use cloud::Ctx;
use events::Event;
use kernel::{Resource, TenantId, Zone};
use table::{OperatorScope, Race, TableError, TenantScope, TransactError, Transaction, until_settled};
use tenancy::{
    Directory, Enlisted, LimitLevel, LimitStep, Milestone, MilestoneStep, Seen, Tenants, limits::ResourceCounts,
};

use crate::error::AnalyticsError;

const OPERATOR: OperatorScope = OperatorScope::assume("the operator sees all tenants");

/// What an event tells of a tenant, beside that there is something to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TenantNews {
    /// Nothing.
    Changed,
    /// It reached a milestone.
    Milestone(Milestone),
    /// It passed a mark of a limit.
    Limit(Resource, LimitLevel),
}

/// Looks at a tenant again, and counts the milestone or mark that the event tells of.
pub(crate) async fn follow_tenant(
    ctx: &Ctx,
    event: &Event,
    tenant: TenantId,
    news: TenantNews,
) -> Result<(), AnalyticsError> {
    if tenant == TenantId::PLATFORM {
        return Ok(());
    }
    let day = event.occurred_at.date_in(&Zone::utc());
    let (step, mark) = match news {
        TenantNews::Changed => (None, None),
        TenantNews::Milestone(milestone) => {
            (Some(MilestoneStep { version: event.subject_version, milestone, day }), None)
        }
        TenantNews::Limit(resource, level) => (None, Some(LimitStep { month: day.first_of_month(), resource, level })),
    };
    let (directory, tenants) = (Directory::new(ctx.table(), OPERATOR), Tenants::new(ctx.table()));
    until_settled(
        || AnalyticsError::Outrun,
        || async {
            // What is known comes first: whoever writes it after this read has seen a tenant that is no older.
            let before = directory.enlisted(tenant).await?;
            let (found, plan, at_limits) =
                tokio::try_join!(tenants.get(tenant), plan_of(ctx, tenant), limits_of(ctx, tenant))?;
            let seen = Seen { tenant: found.as_ref(), plan, step, mark, at_limits, now: ctx.now() };
            let Some(after) = Enlisted::after(before.as_ref(), seen) else { return Ok(Race::Settled(())) };
            let mut transaction = Transaction::new();
            directory.save(&mut transaction, before.as_ref(), &after)?;
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

/// Which limits of what it keeps, such as members, the tenant is near or at.
async fn limits_of(ctx: &Ctx, tenant: TenantId) -> Result<BTreeMap<Resource, LimitLevel>, TableError> {
    let states = ResourceCounts::new(ctx.table(), TenantScope::new(tenant)).states(ctx.now()).await?;
    let kept = states.iter().flatten().filter(|state| !state.resource.is_monthly());
    Ok(kept.filter_map(|state| Some((state.resource, LimitLevel::of(state)?))).collect())
}

/// The plan of the tenant's own subscription, which it may have had last.
async fn plan_of(ctx: &Ctx, tenant: TenantId) -> Result<Option<String>, TableError> {
    let subscriptions = Subscriptions::new(ctx.table(), OPERATOR.platform());
    Ok(subscriptions.own_of(tenant).await?.map(|own| own.plan().key.to_string()))
}
